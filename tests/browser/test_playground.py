"""The playground under a reader's hand: what it shows, and that every link to it keeps its word."""

import gzip
import html
import json
import re

import pytest

from tests.browser.visit import AXE, toggle
from tests.playground import said_of

STATES = {
    "normal": "?lr=0.9",
    "diverging": "?lr=7.3&momentum=0.9",
    "singular": "?matrix=singular&lr=0.03",
    "large": "?matrix=seed&n=8&lr=1.5",
    "conjugate": "?rung=cg",
    "relative": "?rung=relative",
    "astray": "?rung=relative&guess=self",
    "slow": "?matrix=hilbert&n=4",
    "edge": "?lr=7.2",
}
LINK = re.compile(r'<a href="(?:[^"?]*play/|\./)?(\?[^"#]*)?#playground"(?: title="([^"]*)")?')
ELEMENT = "document.querySelector('gd-playground')"
LABELS = f"""(() => {{
  const svgs = {ELEMENT}.shadowRoot.querySelectorAll(".panel:not([hidden]) > svg");
  return [...svgs].map((svg) => [...svg.querySelectorAll("text")].map((text) => {{
    const {{ left, right, top, bottom }} = text.getBoundingClientRect();
    return [text.textContent, left, right, top + 2, bottom - 2];
  }}));
}})()"""


@pytest.fixture
def play(open_page):
    def play(query="", **options):
        page = open_page(f"play/{query}", **options)
        rested(page)
        return page

    return play


def rested(page):
    """Wait until the loop itself has run for what is set."""
    page.wait_for_function(f"{ELEMENT}?.player?.run && {ELEMENT}.measured")


def look(page, expression):
    return page.evaluate(
        f"(({{ state, measured, predicted, player, problem }}) => ({expression}))({ELEMENT})"
    )


def status(page):
    return page.locator(".status").inner_text()


def drag(page, to, steps=5):
    """Press where the point is, and move it to shares of the map; the button stays down."""
    handle = page.locator(".handle").bounding_box()
    pad = page.locator(".pad").bounding_box()
    page.mouse.move(handle["x"] + 11, handle["y"] + 11)
    page.mouse.down()
    page.mouse.move(pad["x"] + to[0] * pad["width"], pad["y"] + to[1] * pad["height"], steps=steps)


def test_every_link_shows_what_its_title_says(site):
    links = [
        (path.parent.relative_to(site).as_posix(), html.unescape(query), html.unescape(title))
        for path in site.rglob("*.html")
        for query, title in LINK.findall(path.read_text())
        if title
    ]
    assert {page for page, _, _ in links} >= {".", "play", "series/2-inverse", "theory/how-fast"}
    said = said_of([query for _, query, _ in links])
    verdicts = [" ".join(one["complaints"]) or one["verdict"] for one in said]
    wrong = [(*link, seen) for link, seen in zip(links, verdicts, strict=True) if seen != link[2]]
    assert wrong == []


def test_a_link_sets_the_playground_on_load_on_the_page_itself_and_back(play):
    page = play("?lr=6.8&momentum=0.81#playground")
    assert look(page, "[state.lr, state.momentum, measured.first]") == [6.8, 0.81, 140]
    page.evaluate("window.marker = 1")
    page.get_by_role("link", name="the same matrix").click()
    page.wait_for_function(f"{ELEMENT}.state.momentum === 0")
    rested(page)
    assert status(page) == "Predicted: 10,055 steps. Measured: 10,055 steps."
    page.go_back()
    page.wait_for_function(f"{ELEMENT}.state.lr === 6.8")
    assert page.evaluate("window.marker") == 1, "the page was loaded anew"
    assert page.complaints == []


def test_instant_navigation_brings_the_playground_and_takes_it_away(open_page, address):
    page = open_page("404.html")
    paths = ("", "play/", "series/2b-curve/")
    entries = "".join(f"<url><loc>{address}{path}</loc></url>" for path in paths)
    sitemap = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'
    page.route(
        "**/sitemap.xml",
        lambda route: route.fulfill(body=sitemap, content_type="application/xml"),
    )
    with page.expect_response("**/sitemap.xml"):
        page.goto(f"{address}series/2b-curve/")
    page.wait_for_timeout(300)
    page.evaluate("window.marker = 1")
    page.get_by_role("link", name="a little above it").click()
    page.wait_for_url("**/play/?*lr=7.3*")
    rested(page)
    assert status(page).startswith("It diverges")
    page.get_by_role("link", name="the same matrix").click()
    page.wait_for_function(f"{ELEMENT}.state.momentum === 0")
    page.go_back()
    page.wait_for_function(f"{ELEMENT}.state.lr === 7.3")
    page.go_back()
    page.wait_for_url("**/series/2b-curve/**")
    assert page.evaluate("window.marker") == 1, "the page was loaded anew"
    assert page.complaints == []


def test_a_drag_moves_the_prediction_at_once_and_the_run_when_the_hand_rests(play):
    page = play()
    drag(page, (0.7, 0.5))
    assert "Measured: …" in status(page)
    assert look(page, "[measured, predicted.first !== 865]") == [None, True]
    page.mouse.up()
    rested(page)
    first = look(page, "measured.first")
    assert first == look(page, "predicted.first") != 865
    assert status(page) == f"Predicted: {first:,} steps. Measured: {first:,} steps."
    assert page.locator("[role=status].said").inner_text().startswith(status(page))
    assert f"lr={look(page, 'state.lr')}" in page.url


def test_a_drag_straight_down_keeps_the_learning_rate(play):
    page = play()
    pad = page.locator(".pad").bounding_box()
    handle = page.locator(".handle").bounding_box()
    drag(page, ((handle["x"] + 13 - pad["x"]) / pad["width"], 1))
    page.mouse.up()
    rested(page)
    assert look(page, "[state.lr, state.momentum, measured.first]") == [0.9, 0, 10055]


def test_a_finger_on_the_map_moves_the_point_and_elsewhere_the_page(play):
    page = play(width=390, has_touch=True)
    page.locator(".map").scroll_into_view_if_needed()
    session = page.context.new_cdp_session(page)

    def touch(kind, *at):
        points = [dict(zip("xy", at, strict=True))] if at else []
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def swipe(selector, far=120, share=0.5):
        box = page.locator(selector).bounding_box()
        x, y = box["x"] + box["width"] * share, box["y"] + box["height"] * share
        before = page.evaluate("scrollY")
        touch("touchStart", x, y)
        for moved in range(10, far + 1, 10):
            touch("touchMove", x, y - moved)
            page.wait_for_timeout(16)
        touch("touchEnd")
        page.wait_for_timeout(200)
        return page.evaluate("scrollY") - before

    assert swipe(".grip", 40) == 0
    momentum = look(page, "state.momentum")
    assert momentum > 0.9
    pad = page.locator(".pad").bounding_box()
    for selector in (".pad", ".status"):
        assert swipe(selector, share=0.9) > 30  # beside the point
        page.evaluate("scrollBy(0, -500)")
        page.locator(".map").scroll_into_view_if_needed()
    assert look(page, "state.momentum") == momentum
    page.locator(".pad").tap(position={"x": pad["width"] - 40, "y": pad["height"] - 20})
    assert look(page, "state.momentum") < momentum


def test_everything_is_reached_by_keyboard(play):
    page = play()
    page.locator("[name=matrix]").focus()
    stops = []
    for _ in range(14):
        stops.append(
            page.evaluate(f"{ELEMENT}.shadowRoot.activeElement?.cloneNode().outerHTML ?? ''")
        )
        page.keyboard.press("Tab")
    names = ["matrix", "guess", "rung", "lr", "momentum", "play", "step", "best", "reset", "python"]
    for stop in (*(f'name="{name}"' for name in names), "handle", "across", "up", 'id="at"'):
        assert any(stop in one for one in stops), stop


def test_arrow_keys_move_the_point(play):
    page = play()
    page.locator(".handle").focus()
    page.keyboard.press("ArrowRight")
    lr, momentum = look(page, "[state.lr, state.momentum]")
    assert lr > 0.9 == momentum
    page.keyboard.press("Shift+ArrowDown")
    assert look(page, "state.momentum") < 0.85
    assert page.locator(".handle").get_attribute("aria-valuetext").startswith("learning rate 0.9")
    rested(page)
    assert look(page, "measured.first === predicted.first")


def test_the_best_point_a_number_and_reset(play):
    page = play()
    page.get_by_role("button", name="Best point").click()
    rested(page)
    assert look(page, "measured.first") == 166
    page.locator("[name=lr]").fill("7.3")
    page.keyboard.press("Enter")
    assert look(page, "predicted.outcome") == "diverged"
    page.get_by_role("button", name="Reset").click()
    rested(page)
    assert look(page, "measured.first") == 865
    assert "?" not in page.url


def test_a_matrix_typed_in_is_taken_or_its_fault_is_said(play):
    page = play()
    page.locator("[name=matrix]").select_option("given")
    entries = page.locator("[name=entries]")
    for text, fault in (
        ("1, 2; 3", "and one has 1"),
        ("1, x; 3, 4", '"x" is not a number'),
        ("7", "needs 2 to 4 rows and has 1"),
    ):
        entries.fill(text)
        entries.press("Enter")
        assert fault in page.locator(".complaint").inner_text()
        assert look(page, "problem.n") == 2
    entries.fill("0.5, 0, 0; 0, 1, 0; 0, 0, 1")
    entries.press("Enter")
    rested(page)
    assert page.locator(".complaint").inner_text() == ""
    assert look(page, "[problem.n, measured.first === predicted.first]") == [3, True]
    page.locator("[name=lr]").fill("-1")
    page.locator("[name=lr]").press("Enter")
    assert "lr=-1 is not a positive number" in page.locator(".complaint").inner_text()
    assert look(page, "state.lr") == 0.9


def test_a_matrix_with_its_map_elsewhere_takes_half_of_its_limit(play):
    page = play()
    page.locator("[name=matrix]").select_option("singular")
    rested(page)
    assert look(page, "measured.outcome") == "singular"
    assert status(page) == "There is no inverse: the loss comes down to 0.1111 and stays."
    assert "proves" not in page.locator(".now").inner_text()


@pytest.mark.parametrize(("motion", "few"), [("reduce", True), ("no-preference", False)])
def test_play_moves_and_jumps_for_those_who_want_no_motion(play, motion, few):
    page = play("?rung=relative" if few else "", reduced_motion=motion)
    page.evaluate(
        f"""(() => {{ window.seen = new Set();
        const watch = () => {{ seen.add({ELEMENT}.player.k); requestAnimationFrame(watch); }};
        watch(); }})()"""
    )
    button = page.locator("[name=play]")
    button.click()
    assert button.inner_text() == "Pause"
    if few:
        page.wait_for_timeout(1500)
        assert 2 <= page.evaluate("seen.size") <= 9
    else:
        page.wait_for_function("seen.size > 9")
    button.click()
    assert button.inner_text() == "Play"
    at = look(page, "player.k")
    page.locator("[name=step]").click()
    assert look(page, "player.k") == at + 1
    assert page.locator(".now").inner_text().startswith(f"Step {at + 1:,}. Loss ")


def test_the_products_turn_into_the_identity_without_minus_zeros(play):
    page = play()
    page.locator("#at").fill("2500")
    cells = page.locator(".cells").first.locator("td").all_inner_texts()
    assert cells == ["1.00" if i % 5 == 0 else "0.00" for i in range(16)]
    page.locator("#at").fill("3")
    assert page.locator(".cells").first.locator("td").all_inner_texts() != cells


def test_the_program_is_shown_also_where_there_is_no_clipboard(play):
    page = play("?lr=6.8&momentum=0.81")
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.get_by_role("button", name="Copy as Python").click()
    shown = page.locator("gd-playground pre:not([hidden])")
    shown.wait_for()
    program = shown.inner_text()
    assert "lr=6.8, momentum=0.81" in program
    compile(program, "program", "exec")


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("state", ["normal", "diverging", "singular"])
def test_axe_finds_no_fault(play, state, width):
    page = play(STATES[state], width=width, reduced_motion="reduce")
    page.evaluate(AXE)
    for _ in ("light", "dark"):
        found = page.evaluate(f"axe.run({ELEMENT}, {{resultTypes: ['violations']}})")
        assert [
            (rule["id"], node["html"]) for rule in found["violations"] for node in rule["nodes"]
        ] == []
        assert len(found["passes"]) > 5
        toggle(page)


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_labels_do_not_collide_and_nothing_is_wider_than_the_screen(play, width):
    page = play(width=width)
    for name, query in STATES.items():
        page.evaluate(f"{ELEMENT}.read({json.dumps(query)})")
        rested(page)
        keep_apart(page, width, name)


def keep_apart(page, width, name):
    page.wait_for_function(f"{LABELS}.every((labels) => labels.length > 8)")
    seen = page.evaluate(LABELS)
    assert len(seen) == 2
    for labels in seen:
        assert list(colliding(labels)) == [], (name, width)
        assert all(label[1] >= 0 and label[2] <= width for label in labels), (name, width)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, name


def colliding(labels):
    for i, (one, left, right, top, bottom) in enumerate(labels):
        for other, x0, x1, y0, y1 in labels[:i]:
            if left < x1 - 1 and x0 < right - 1 and top < y1 - 1 and y0 < bottom - 1:
                yield one, other


def test_map_and_curve_share_a_phone_s_screen(play):
    page = play(width=390)
    top = page.locator(".map").bounding_box()["y"]
    curve = page.locator(".curve").bounding_box()
    assert curve["y"] + curve["height"] - top < 600


def test_in_forced_colors_the_drawings_keep_theirs(play):
    page = play(forced_colors="active")
    for part in (".map", ".curve", ".cells td"):
        kept = "(one) => getComputedStyle(one).forcedColorAdjust"
        assert page.locator(part).first.evaluate(kept) == "none"


def test_without_scripts_there_are_a_picture_and_a_sentence(open_page):
    page = open_page("play/", java_script_enabled=False)
    assert page.locator("gd-playground .gd-plot > svg").first.is_visible()
    assert page.get_by_text("With JavaScript you can drag").is_visible()


def test_all_that_a_hand_needs_is_in_one_view_of_a_small_desk(play):
    page = play()
    page.set_viewport_size({"width": 1280, "height": 720})
    for part in (".map", ".curve", "#up", "#at", "[name=python]"):
        box = page.locator(part).bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 720, part


def test_an_entry_that_grows_is_red_and_one_that_is_right_shines(play):
    page = play("?lr=7.3&momentum=0.9")
    page.locator("#at").fill("2000")
    colors = "(ones) => ones.map((td) => td.style.getPropertyValue('--role'))"
    assert set(page.locator(".cells td").evaluate_all(colors)) == {"var(--gd-failure)"}
    page = play()
    assert set(page.locator(".cells").last.locator("td").evaluate_all(colors)) == {
        "var(--gd-limit)"
    }


def test_it_is_light_and_waits_until_a_reader_comes_near(open_page, site):
    page = open_page("series/2-inverse/")
    page.wait_for_timeout(300)
    assert fetched(page) == []
    page = open_page("play/")
    rested(page)
    assert sorted(fetched(page)) == ["element.js", "loader.js"]
    scripts = [site / f"assets/playground/{name}" for name in fetched(page)]
    assert 10_000 < sum(len(gzip.compress(path.read_bytes())) for path in scripts) <= 17_000
    page.locator("[name=rung]").select_option("cg")
    page.get_by_role("img", name="why no map is needed").wait_for()
    page.wait_for_function(f"{FETCHED}.length > 2")  # a script may be entered after it has drawn
    assert len(fetched(page)) == 3


FETCHED = """performance.getEntriesByType("resource").map((one) => one.name)
  .filter((name) => name.includes("/playground/"))"""


def fetched(page):
    return [name.split("/")[-1] for name in page.evaluate(FETCHED)]

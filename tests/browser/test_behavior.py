"""What happens when a reader, a printer or a broken file does something to a page."""

import pytest

from tests.browser.conftest import pages
from tests.browser.visit import axe, figures, scheme, toggle, touch, until

PAGE = "failures/digits/"  # short, and with all that a page can have


def undrawn(page):
    return [figure for figure in figures(page) if not figure["drawn"] > 0]


def style(page, selector, name, pseudo=""):
    return page.evaluate(
        "([selector, name, pseudo]) => getComputedStyle("
        "document.querySelector(selector), pseudo)[name]",
        [selector, name, pseudo],
    )


def test_a_toggle_recolors_labels_and_leaves_lines(open_page):
    page = open_page(PAGE)
    touch(page)
    label, line = ".gd-plot .annotation [data-unformatted]", ".gd-plot .js-line"
    before = style(page, label, "fill"), style(page, line, "stroke")
    toggle(page)
    after = style(page, label, "fill"), style(page, line, "stroke")
    assert after[0] != before[0]
    assert after[1] == before[1]


def test_a_page_is_dark_where_the_system_wishes_it_and_as_the_reader_says_after_that(open_page):
    page = open_page(PAGE, color_scheme="dark")
    assert scheme(page) == "slate"
    page.emulate_media(color_scheme="light")
    page.wait_for_function("document.body.dataset.mdColorScheme === 'default'")
    toggle(page)
    page.reload()
    assert scheme(page) == "slate"


SHOWN = "[...document.querySelectorAll('pre > code')].filter((one) => one.offsetParent)"
EDGES = f"""{SHOWN}.map((one) =>
  [one.scrollWidth - one.clientWidth - one.scrollLeft > 1, getComputedStyle(one).boxShadow])"""


def test_a_line_that_is_cut_shows_an_edge_until_it_is_scrolled_to_its_end(open_page):
    page = open_page(PAGE, 390)
    page.wait_for_timeout(300)
    edges = page.evaluate(EDGES)
    assert {True, False} == {cut for cut, _ in edges}
    assert all(cut == (shadow != "none") for cut, shadow in edges)
    page.evaluate(f"for (const one of {SHOWN}) one.scrollLeft = 9999")
    page.wait_for_timeout(300)
    assert all(shadow == "none" for _, shadow in page.evaluate(EDGES))


def test_a_resized_figure_keeps_the_colors_of_its_labels(open_page):
    page = open_page(PAGE)
    touch(page)
    page.set_viewport_size({"width": 700, "height": 800})
    page.wait_for_timeout(500)
    labels = [label for figure in figures(page) for label in figure["labels"]]
    assert labels
    assert [label for label in labels if label["color"] != label["wanted"]] == []


def broken(route):
    route.fulfill(body='{"data": [{"y": [1', content_type="application/json")


def missing(route):
    route.fulfill(status=404)


@pytest.mark.parametrize(
    ("file", "damage"),
    [("vendor/plotly.min.js", missing), ("figures/*.json", missing), ("figures/*.json", broken)],
)
def test_where_plotly_cannot_draw_the_drawing_stays(open_page, file, damage):
    page = open_page("")
    page.route(f"**/assets/{file}", damage)
    page.goto(page.url + PAGE)
    page.locator(".gd-plot").first.hover()
    until(page, lambda: page.complaints)
    assert figures(page)
    assert undrawn(page) == []
    assert page.locator(".gd-plot > svg").first.is_visible()


def test_figures_are_drawn_after_instant_navigation(open_page, address):
    page = open_page("404.html")  # which has no figure
    entries = "".join(f"<url><loc>{address}{path}</loc></url>" for path in pages())
    sitemap = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'
    # The theme changes pages without a reload where they have an address, as when published.
    page.route(
        "**/sitemap.xml",
        lambda route: route.fulfill(body=sitemap, content_type="application/xml"),
    )
    with page.expect_response("**/sitemap.xml"):
        page.goto(address)
    page.wait_for_timeout(300)
    page.evaluate("window.marker = 1")
    page.get_by_role("link", name="Read the series").click()
    page.wait_for_url("**/series/1-tensors/")
    page.wait_for_selector(".gd-plot")
    touch(page)
    assert page.evaluate("window.marker") == 1, "the page was loaded anew"
    assert figures(page)
    assert undrawn(page) == []
    page.go_back()
    page.wait_for_selector(".gd-hero")
    page.go_forward()
    page.wait_for_selector(".gd-plot")
    touch(page)
    assert undrawn(page) == []
    assert page.evaluate("window.marker") == 1
    assert page.complaints == []


def test_a_page_that_is_only_read_costs_no_plotly(open_page):
    page = open_page(PAGE, width=390, has_touch=True)
    for plot in page.locator(".gd-plot").all():
        plot.scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    assert not page.evaluate("'Plotly' in window")
    page.locator(".gd-plot").first.tap()
    page.wait_for_function("'Plotly' in window")


@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_no_fault_in_what_opens(open_page, width):
    page = open_page(PAGE, width=width, reduced_motion="reduce")
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    touch(page)
    assert axe(page) == []
    if width == 390:
        page.locator("label.md-header__button[for=__drawer]").click()
        assert axe(page) == []
        page.reload()
        page.locator("label.md-header__button[for=__search]").click()
    page.locator("input.md-search__input").press_sequentially("momentum")
    page.wait_for_selector(".md-search-result__item")
    assert axe(page) == []


def test_regions_that_scroll_can_be_reached_by_keyboard(open_page):
    page = open_page(PAGE, width=390)
    page.wait_for_timeout(300)
    scrolling = page.evaluate(
        "[...document.querySelectorAll('.md-typeset pre > code')]"
        ".filter((code) => code.scrollWidth > code.clientWidth).map((code) => code.tabIndex)"
    )
    assert scrolling
    assert set(scrolling) == {0}


def test_paper_is_light_and_complete_whatever_the_screen_shows(open_page):
    page = open_page(PAGE)
    touch(page)
    light = {
        name: style(page, selector, value)
        for name, selector, value in (
            ("ground", "body", "backgroundColor"),
            ("label", ".gd-plot > svg > text", "fill"),
        )
    }
    toggle(page)
    page.emulate_media(media="print")
    assert style(page, "body", "backgroundColor") == light["ground"]
    assert style(page, ".gd-plot > svg > text", "fill") == light["label"]
    for hidden in (".md-header", ".md-tabs", ".md-sidebar", ".md-footer", ".md-code__nav"):
        assert style(page, hidden, "display") == "none"
    assert page.pdf().startswith(b"%PDF")


def test_paper_opens_what_is_folded_and_leaves_the_code_of_figures_out(open_page):
    page = open_page("theory/hard-matrices/")
    page.emulate_media(media="print")
    assert style(page, "details.gd-code", "display") == "none"
    folded = page.locator("details.predict > :not(summary)").first
    assert folded.bounding_box()["height"] > 0


def test_nothing_moves_for_those_who_want_it_so(open_page):
    page = open_page(PAGE, reduced_motion="reduce")
    moving = page.evaluate(
        "[...document.querySelectorAll('*')].filter((one) => {"
        " const style = getComputedStyle(one);"
        " return style.transitionDuration !== '0s' || style.animationName !== 'none'; }).length"
    )
    assert moving == 0


@pytest.mark.parametrize("width", [390, 1280])
def test_without_scripts_every_figure_is_drawn(open_page, width):
    page = open_page(PAGE, width=width, java_script_enabled=False)
    for drawing in page.locator(".gd-plot > svg").all():
        box, frame = drawing.bounding_box(), drawing.locator("..").bounding_box()
        axes = drawing.locator("text[font-size^='0.929']").count()  # matrices have none
        assert box["width"] == pytest.approx(frame["width"], abs=1)
        assert box["height"] >= (200 if axes else 90)
        assert drawing.locator("path, rect").count() > (8 if axes else 3)  # one for each color


@pytest.mark.parametrize("path", [PAGE, "failures/level/", "theory/cost/"])
def test_a_page_opened_as_a_file_shows_its_figures(browser, site, path):
    page = browser.new_page()
    page.goto((site / path / "index.html").as_uri())
    for drawing in page.locator(".gd-plot > svg").all():
        assert drawing.bounding_box()["height"] >= 150
        assert drawing.is_visible()
    assert "http.server" in page.locator(".gd-file").inner_text()
    page.close()


def test_paper_has_every_figure_touched_or_not(open_page):
    page = open_page(PAGE)
    page.locator(".gd-plot").first.hover()
    page.wait_for_selector(".gd-live")
    page.emulate_media(media="print")
    for plot in page.locator(".gd-plot").all():
        assert plot.locator("> svg").is_visible()
    assert not page.locator(".gd-live > div").is_visible()

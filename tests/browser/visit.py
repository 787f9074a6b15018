"""One visit to a page: read it at both widths in both schemes, and write down what is seen."""

from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.browser.still import SEEN, STILL, WATCH, arrive, arrive_in_its_fonts

ROOT = Path(__file__).parents[2]
AXE = (ROOT / "node_modules/axe-core/axe.min.js").read_text()
PHONE, DESK = 390, 1280  # all that has a color is shown at the desk; a phone folds some of it away
# But for the formulas' second text, for screen readers, which nobody sees.
UNSAID = """() => [...document.querySelectorAll("article :not(.katex-mathml, .gd-cut)")]
  .filter((one) => one.clientWidth && one.scrollWidth - one.clientWidth > 1
    && getComputedStyle(one).overflowX !== "visible" && one.checkVisibility())
  .map((one) => one.outerHTML.slice(0, 100))"""
LOOK, HIDDEN = (
    Path(__file__).with_name(name).read_text().rstrip(";\n") for name in ("look.js", "hidden.js")
)
# What a scheme can break: all else is the same in both.
COLORED = ("color-contrast", "link-in-text-block")
# Formulas, code, drawings and the way to other pages are thousands of elements of few kinds: axe
# reads them on these pages, the shortest that have nearly all kinds.
WHOLE = (
    "",
    "about/changelog/",
    "about/cite/",
    "failures/digits/",
    "reference/bench/",
    "reference/glossary/",
    "reference/how-to-choose/",
    "reference/notation/",
    "reference/optimizers/",
    "theory/least-steps/",
)
PLAIN = """
  for (const formula of document.querySelectorAll(".katex")) formula.textContent = "x";
  for (const way of document.querySelectorAll(".md-nav__list")) way.remove();
  for (const code of document.querySelectorAll("pre > code")) code.textContent = code.textContent"""
SET_ASIDE = """
  const plots = [...document.querySelectorAll(".gd-plot")];
  window.aside = plots.map((plot) => [plot, [...plot.childNodes]]);
  for (const plot of plots) plot.replaceChildren()"""
PUT_BACK = "for (const [plot, drawn] of window.aside) plot.replaceChildren(...drawn)"
LIVE = """[...document.querySelectorAll(".gd-plot[data-figure]")].every(
  (plot) => plot.offsetParent === null || plot.classList.contains("gd-live"))"""
TOUCH = """for (const plot of document.querySelectorAll(".gd-plot[data-figure]"))
  if (plot.offsetParent !== null) plot.dispatchEvent(new PointerEvent("pointerenter"))"""
# Plotly hears of a new width a tenth of a second later, and says when all of a figure is drawn.
TELL = """for (const plot of document.querySelectorAll(".gd-live > div"))
  plot.on("plotly_afterplot", () => (plot.dataset.drawn = plot.clientWidth));"""
FITS = """[...document.querySelectorAll(".gd-live > div")].every((plot) =>
  plot.offsetParent === null || Number(plot.dataset.drawn) === plot.clientWidth)"""
TOGGLE = """() => {
  const scheme = () => document.body.dataset.mdColorScheme;
  const before = scheme();
  for (let click = 0; click < 2 && scheme() === before; click++)
    [...document.querySelectorAll("label[for^=__palette]")].find((one) => one.offsetParent).click();
  return scheme() !== before;
}"""


# The top of the first figure, and the longest stretch without one, to where the reader works.
NEAR = """() => {
  const boxes = [...document.querySelectorAll("article .gd-figure, article .gd-hero figure")]
    .filter((one) => one.offsetParent).map((one) => one.getBoundingClientRect());
  const ends = [0, ...boxes.map((box) => box.bottom)];
  const turn = document.querySelector("#your-turn");
  const end = turn ? turn.getBoundingClientRect().top
    : document.querySelector(".md-content__inner").getBoundingClientRect().bottom;
  const starts = [...boxes.map((box) => box.top).filter((top) => top < end), end];
  return [starts[0], Math.max(...starts.map((start, i) => start - ends[i]))];
}"""


@dataclass
class View:
    """What is seen at one width."""

    shift: float = 0  # while the page arrives, on a phone that has nothing of it yet
    figures: list = field(default_factory=list)
    live: list = field(default_factory=list)
    unsaid: list = field(default_factory=list)  # cut, and no edge says so
    hidden: list = field(default_factory=list)  # numbers out of sight that prose speaks of
    labels: dict = field(default_factory=lambda: {"default": [], "slate": []})
    overflow: float = 0


@dataclass
class Visit:
    path: str
    first: float = 0  # pixels to its first figure, on a desk
    farthest: float = 0  # and between two figures
    asked: list = field(default_factory=list)  # before a figure is touched, within the site
    elsewhere: list = field(default_factory=list)  # asked of another host, at any time
    failed: list = field(default_factory=list)
    complaints: list = field(default_factory=list)
    violations: dict = field(default_factory=dict)
    views: dict = field(default_factory=lambda: {PHONE: View(), DESK: View()})


def until(page, holds):
    """Wait for what the browser says, at most as long as for anything else of it."""
    for _ in range(300):
        if holds():
            return
        page.wait_for_timeout(100)
    raise AssertionError("what was waited for has not come in 30 s")


def visit_page(stay, address, path):
    """Read a page, once it has arrived in a new tab, in one that stays open from visit to visit.

    There plotly and axe are compiled already. It arrives again, wide; then all of it is read at
    both widths, its figures under a reader's hand, and as axe does.
    """
    seen = Visit(path)
    phone, desk = seen.views[PHONE], seen.views[DESK]
    asked = []
    with stay.context.new_page() as page, heard(page, seen, asked):
        phone.shift = first_visit(page, address + path)
    seen.asked = sorted({url.removeprefix(address).split("?")[0] for url in asked})
    stay.set_viewport_size({"width": DESK, "height": 800})
    try:
        with heard(stay, seen, asked):
            desk.shift = arrive_in_its_fonts(stay, address + path)
            seen.first, seen.farthest = stay.evaluate(NEAR)
            read(stay, desk)
            resize(stay, PHONE)
            read(stay, phone)
            seen.violations = handle(stay, path, phone, desk)
    finally:  # the next visit finds the tab as this one did, whatever went wrong
        stay.evaluate("localStorage.clear(), sessionStorage.clear()")  # the palette that was chosen
        stay.goto("about:blank")  # what is still asked for is nobody's
    seen.elsewhere = [url for url in asked if not url.startswith(address)]
    return seen


def first_visit(page, address):
    """How much moves while it arrives, with nothing of it at hand: the least of three times.

    A busy machine may draw before a font that has come; one that comes too late does so each time.
    """
    page.set_viewport_size({"width": PHONE, "height": 844})
    page.add_init_script(WATCH)
    network = page.context.new_cdp_session(page)
    network.send("Network.setCacheDisabled", {"cacheDisabled": True})
    shift = arrive(page, address)
    for _ in range(2):
        if shift > STILL:  # in a page of its own, since this one knows the fonts now
            anew = page.context.browser.new_page(viewport=page.viewport_size)
            anew.add_init_script(WATCH)
            shift = min(shift, arrive(anew, address))
            anew.close()
    return shift


def read(page, view):
    """The page as it is sent."""
    view.figures, view.overflow = look(page, view), overflow(page)
    view.unsaid, view.hidden = page.evaluate(UNSAID), page.evaluate(HIDDEN)


def handle(page, path, phone, desk):
    """The figures, drawn and by plotly, light and dark, in the fewest turns; with it all, axe."""
    if path not in WHOLE:
        page.evaluate(PLAIN)
    found = {"phone": judge(page, path, rules={rule: {"enabled": False} for rule in COLORED})}
    if phone.figures:
        toggle(page)
        look(page, phone)
        touch(page)
        look(page, phone)
        toggle(page)
    phone.live, phone.overflow = look(page, phone), max(phone.overflow, overflow(page))
    resize(page, DESK)
    desk.live, desk.overflow = look(page, desk), max(desk.overflow, overflow(page))
    found["light"] = judge(page, path)
    toggle(page)
    look(page, desk)
    return found | {"dark": judge(page, path, runOnly=COLORED)}


@contextmanager
def heard(page, seen, asked):
    """Write down what goes wrong meanwhile, and all that is asked for."""
    listeners = {
        "request": lambda request: asked.append(request.url),
        "requestfailed": lambda request: seen.failed.append(request.url),
        "response": lambda r: r.status >= 400 and seen.failed.append(f"{r.status} {r.url}"),
        "pageerror": lambda error: seen.complaints.append(str(error)),
        "console": lambda message: (
            message.type in ("error", "warning") and seen.complaints.append(message.text)
        ),
    }
    for event, listener in listeners.items():
        page.on(event, listener)
    try:
        yield
    finally:
        for event, listener in listeners.items():
            page.remove_listener(event, listener)


def look(page, view):
    """See the figures, and keep their labels with those of the scheme."""
    seen = figures(page)
    view.labels[scheme(page)] += labels(seen)
    return seen


def resize(page, width):
    """Wait until plotly has drawn anew, and the page's scripts have heard of the width."""
    page.set_viewport_size({"width": width, "height": 844})
    page.wait_for_function(FITS)
    page.evaluate(SEEN)


def overflow(page):
    return page.evaluate("document.documentElement.scrollWidth - innerWidth")


def touch(page):
    """Point at every figure as a reader would, until plotly has taken its place."""
    page.evaluate("document.fonts.ready")
    page.evaluate(TOUCH)
    page.wait_for_function(LIVE)
    page.evaluate(TELL)


def labels(seen):
    """The labels of all figures, as drawings or by plotly."""
    return [label for figure in seen for label in figure["labels"]]


def figures(page):
    """What can be seen of each figure: lengths of its lines, its labels, what they collide with."""
    return page.evaluate(f"({LOOK})()")


def toggle(page):
    """From light to dark or back; the third state is what the system wishes."""
    assert page.evaluate(TOGGLE), f"two clicks, and the page is still {scheme(page)}"


def scheme(page):
    return page.locator("body").get_attribute("data-md-color-scheme")


def plain(page):
    """Leave to other tests what axe takes long for, and need not read twice."""
    page.evaluate(PLAIN)
    page.evaluate(SET_ASIDE)


def judge(page, path, **options):
    """What axe finds in all that is there or, but on some pages, in all but the figures."""
    if path in WHOLE:
        return axe(page, **options)
    page.evaluate(SET_ASIDE)
    found = axe(page, **options)
    page.evaluate(PUT_BACK)
    return found


def axe(page, **options):
    """The rules, all or some, that the page breaks, each with the elements that do."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    options = {"resultTypes": ["violations"], **options}
    found = page.evaluate("(options) => axe.run(document, options)", options)["violations"]
    return [f"{rule['id']}: {node['html'][:120]}" for rule in found for node in rule["nodes"]]

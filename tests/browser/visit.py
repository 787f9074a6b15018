"""One visit to a page: read it to the end in both schemes, and write down what is seen."""

from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
AXE = (ROOT / "node_modules/axe-core/axe.min.js").read_text()
DESK = 1280  # where all is shown that has a color; a phone folds some of it away
LOOK = Path(__file__).with_name("look.js").read_text().rstrip(";\n")
# What a scheme can break: all else is the same in both.
COLORED = ("color-contrast", "link-in-text-block")
LIVE = """[...document.querySelectorAll(".gd-plot[data-figure]")].every(
  (plot) => plot.offsetParent === null || plot.classList.contains("gd-live"))"""
TOUCH = """for (const plot of document.querySelectorAll(".gd-plot[data-figure]"))
  if (plot.offsetParent !== null) plot.dispatchEvent(new PointerEvent("pointerenter"))"""


@dataclass
class Visit:
    path: str
    width: int
    asked: set = field(default_factory=set)  # before a figure is near
    hosts: set = field(default_factory=set)
    failed: list = field(default_factory=list)
    complaints: list = field(default_factory=list)
    figures: list = field(default_factory=list)
    live: list = field(default_factory=list)
    overflow: float = 0
    violations: dict = field(default_factory=dict)
    labels: dict = field(default_factory=dict)


def visit_page(browser, address, path, width):
    seen = Visit(path, width)
    viewport = {"width": width, "height": 844}
    context = browser.new_context(viewport=viewport, reduced_motion="reduce")
    page = context.new_page()
    page.on("request", lambda request: seen.hosts.add(request.url.split("/")[2]))
    page.on("requestfailed", lambda request: seen.failed.append(request.url))
    page.on("response", lambda r: r.status >= 400 and seen.failed.append(f"{r.status} {r.url}"))
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    page.on(
        "console",
        lambda message: (
            message.type in ("error", "warning") and seen.complaints.append(message.text)
        ),
    )
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address + path)
    page.evaluate("document.fonts.ready")
    seen.asked = set(asked)
    seen.figures = figures(page)
    light = labels(seen.figures)
    toggle(page)
    assert scheme(page) == "slate"
    dark = labels(figures(page))
    touch(page)
    seen.labels["slate"] = dark + labels(figures(page))
    colored = width == DESK
    seen.violations["slate"] = axe(page, runOnly=COLORED) if colored else []
    toggle(page)
    seen.live = figures(page)
    seen.labels["default"] = light + labels(seen.live)
    rules = {rule: {"enabled": colored} for rule in COLORED}
    seen.violations["default"] = axe(page, rules=rules)
    seen.overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    context.close()
    return seen


def touch(page):
    """Point at every figure as a reader would, until plotly has taken its place."""
    page.evaluate("document.fonts.ready")
    page.evaluate(TOUCH)
    page.wait_for_function(LIVE)


def labels(seen):
    """The labels of all figures, as drawings or by plotly."""
    return [label for figure in seen for label in figure["labels"]]


def figures(page):
    """What can be seen of each figure: lengths of its lines, its labels, what they collide with."""
    return page.evaluate(f"({LOOK})()")


def toggle(page):
    """From light to dark or back; the third state is what the system wishes."""
    before = scheme(page)
    for _ in range(2):
        page.locator("label[for^=__palette]:visible").click()
        if scheme(page) != before:
            return
    raise AssertionError(f"two clicks, and the page is still {before}")


def scheme(page):
    return page.locator("body").get_attribute("data-md-color-scheme")


def axe(page, **options):
    """The rules, all or some, that the page breaks, each with the elements that do."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    options = {"resultTypes": ["violations"], **options}
    found = page.evaluate("(options) => axe.run(document, options)", options)["violations"]
    return [f"{rule['id']}: {node['html'][:120]}" for rule in found for node in rule["nodes"]]

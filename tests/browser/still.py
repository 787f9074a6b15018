"""What moves on a page without being asked to."""

from pathlib import Path

WATCH = Path(__file__).with_name("still.js").read_text()
STILL = 0.01  # of the screen, times how far: readers notice a tenth
# Whether the fonts have come that come in time or not at all: if one has not, a probe is as wide as
# in the font that stands in for it.
IN_TIME = """() => [...document.fonts].filter(({ display }) => display === "optional").every(
  ({ family, weight }) => {
    const probe = document.body.appendChild(document.createElement("span"));
    probe.style.cssText = "position: absolute; visibility: hidden";
    probe.textContent = "measured";
    const own = `${weight} 1em "${family.replaceAll('"', "")}", monospace`;
    const widths = [own, "1em monospace"].map((font) => {
      probe.style.font = font;
      return probe.getBoundingClientRect().width;
    });
    probe.remove();
    return widths[0] !== widths[1];
  })"""
SEEN = "() => new Promise((seen) => requestAnimationFrame(() => setTimeout(seen, 50)))"


def arrive(page, address):
    """Open it in a page that is watched, and wait for its fonts; say how much has moved."""
    page.goto(address)
    page.evaluate("document.fonts.ready")
    return shift(page)


def arrive_in_its_fonts(page, address):
    """As often as it takes on a busy machine; in others a page is laid out otherwise."""
    for _ in range(5):
        moved = arrive(page, address)
        if page.evaluate(IN_TIME):
            return moved
        page.goto("about:blank")
    raise AssertionError(f"the fonts of {address} came too late each time")


def shift(page):
    """How much has moved since the page was asked for, once what was changed last is seen."""
    page.evaluate(SEEN)
    return page.evaluate("window.shift")

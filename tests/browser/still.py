"""What moves on a page without being asked to."""

from pathlib import Path

WATCH = Path(__file__).with_name("still.js").read_text()
STILL = 0.01  # of the screen, times how far: readers notice a tenth
SEEN = "() => new Promise((seen) => requestAnimationFrame(() => setTimeout(seen, 50)))"


def arrive(page, address):
    """Open it in a page that is watched, and wait for its fonts; say how much has moved."""
    page.goto(address)
    page.evaluate("document.fonts.ready")
    return shift(page)


def shift(page):
    """How much has moved since the page was asked for, once what was changed last is seen."""
    page.evaluate(SEEN)
    return page.evaluate("window.shift")

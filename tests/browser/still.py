"""What moves on a page without being asked to."""

from pathlib import Path

WATCH = Path(__file__).with_name("still.js").read_text()
STILL = 0.01  # of the screen, times how far: readers notice a tenth
# Of the fonts that come in time or not at all.
EITHER = ("400 1em 'Source Serif 4'", "400 1em 'Source Sans 3'", "600 1em 'Source Sans 3'")
# Whether all of them have come: if not, a probe is as wide as in the font that stands in for it.
IN_TIME = f"""() => {list(EITHER)}.every((font) => {{
  const probe = document.body.appendChild(document.createElement("span"));
  probe.style.cssText = "position: absolute; visibility: hidden";
  probe.textContent = "measured";
  const widths = [`${{font}}, monospace`, "1em monospace"].map((one) => {{
    probe.style.font = one;
    return probe.getBoundingClientRect().width;
  }});
  probe.remove();
  return widths[0] !== widths[1];
}})"""
SEEN = "() => new Promise((seen) => requestAnimationFrame(() => setTimeout(seen, 50)))"


def arrive(page, address):
    """Open it in a page that is watched, and wait for its fonts; say how much has moved."""
    page.goto(address)
    page.evaluate("document.fonts.ready")
    return shift(page)


def arrive_in_its_fonts(page, address):
    """As often as it takes on a busy machine; in others a page is laid out otherwise."""
    for _ in range(5):
        shift = arrive(page, address)
        if page.evaluate(IN_TIME):
            return shift
        page.goto("about:blank")
    raise AssertionError(f"the fonts of {address} came too late each time")


def shift(page):
    """How much has moved since the page was asked for, once what was changed last is seen."""
    page.evaluate(SEEN)
    return page.evaluate("window.shift")

"""A picture on the first screen of each page that teaches, and none too far from the next.

And nothing moves while a page arrives. Measured in one pass over the pages, at the width of a desk.
"""

import pytest

from tests.browser.conftest import pages
from tests.browser.still import STILL, WATCH, arrive

TAUGHT = [page for page in pages() if page.startswith(("series/", "theory/"))]
FIRST, FARTHEST = 800, 1600  # pixels
LOOK = """() => {
  const boxes = [...document.querySelectorAll("article .gd-figure, article .gd-hero figure")]
    .filter((one) => one.offsetParent).map((one) => one.getBoundingClientRect());
  const ends = [0, ...boxes.map((box) => box.bottom)];
  const starts = [...boxes.map((box) => box.top),
    document.querySelector(".md-content__inner").getBoundingClientRect().bottom];
  return { first: starts[0], farthest: Math.max(...starts.map((start, i) => start - ends[i])) };
}"""


@pytest.fixture(scope="module")
def seen(browser, address):
    """Each page once it has loaded: what has moved, its first figure, its largest gap."""
    page = browser.new_page(viewport={"width": 1280, "height": FIRST})
    page.add_init_script(WATCH)
    found = {}
    for path in ["", "play/", *TAUGHT]:
        moved = arrive(page, address + path)
        found[path] = page.evaluate(LOOK) | {"shift": moved}
    page.close()
    return found


@pytest.mark.parametrize("path", TAUGHT)
def test_the_first_screen_has_a_figure(seen, path):
    assert seen[path]["first"] < FIRST - 200


def test_nothing_moves_while_a_page_arrives(seen):
    assert {path: one["shift"] for path, one in seen.items() if one["shift"] > STILL} == {}

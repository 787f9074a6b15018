"""A picture on the first screen of each page that teaches, and none too far from the next.

And nothing moves while a page arrives. Measured in one pass over the pages, at the width of a desk.
"""

import pytest

from tests.browser.conftest import pages
from tests.browser.still import STILL, WATCH, arrive

PARTS = ("series/", "theory/", "failures/", "atlas/", "bench/")
TAUGHT = [page for page in pages() if page.startswith(PARTS)]
# An operation of the atlas begins with the call that draws its first figure.
OPENED = [page for page in TAUGHT if not page.startswith("atlas/") or page == "atlas/"]
FIRST, FARTHEST = 800, 1600  # pixels
# Where a figure is still missing, and how far the next one is at most: measured on 2026-11-26,
# rounded up to hundreds. The list only shrinks: what has got better is written down, or leaves it.
STILL_FARTHER = {
    "failures/": 3_400,
    "failures/climbs/": 1_700,
    "failures/level/": 1_900,
    "failures/returns/": 1_700,
    "failures/slow/": 1_800,
    "failures/wrong/": 1_900,
    "atlas/": 2_800,
    "atlas/cholesky/": 2_100,
    "atlas/polar/": 1_700,
    "atlas/root/": 1_800,
    "bench/": 2_000,
    "bench/contract/": 4_200,
    "bench/floors/": 2_500,
}
LOOK = """() => {
  const boxes = [...document.querySelectorAll("article .gd-figure, article .gd-hero figure")]
    .filter((one) => one.offsetParent).map((one) => one.getBoundingClientRect());
  const ends = [0, ...boxes.map((box) => box.bottom)];
  const turn = document.querySelector("#your-turn"); // from here on the reader works
  const end = turn ? turn.getBoundingClientRect().top
    : document.querySelector(".md-content__inner").getBoundingClientRect().bottom;
  const starts = [...boxes.map((box) => box.top).filter((top) => top < end), end];
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


@pytest.mark.parametrize("path", OPENED)
def test_the_first_screen_has_a_figure(seen, path):
    assert seen[path]["first"] < FIRST - 200


@pytest.mark.parametrize("path", TAUGHT)
def test_the_next_figure_is_near_or_no_farther_than_it_was(seen, path):
    assert seen[path]["farthest"] <= STILL_FARTHER.get(path, FARTHEST)


@pytest.mark.parametrize("path", STILL_FARTHER)
def test_the_list_of_farther_figures_is_no_longer_than_it_must_be(seen, path):
    assert seen[path]["farthest"] > max(FARTHEST, STILL_FARTHER[path] - 200)


def test_nothing_moves_while_a_page_arrives(seen):
    assert {path: one["shift"] for path, one in seen.items() if one["shift"] > STILL} == {}

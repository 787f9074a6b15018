"""A picture on the first screen of each page that teaches, and none too far from the next.

And nothing moves while a page arrives. Measured in one pass over the pages, at the width of a desk.
"""

import pytest

from tests.browser.conftest import pages
from tests.browser.still import STILL, WATCH, arrive

TAUGHT = [page for page in pages() if page.startswith(("series/", "theory/"))]
FIRST, FARTHEST = 800, 1600  # pixels
# Where a figure is still missing, and how far the next one is at most: measured on 2026-11-26,
# rounded up to hundreds. The list only shrinks: what has got better is written down, or leaves it.
STILL_FARTHER = {
    "series/1-tensors/": 2_800,
    "series/1b-landscape/": 2_800,
    "series/1b-traps/": 2_600,
    "series/2-inverse/": 2_300,
    "series/2020/": 3_400,
    "series/2020-claims/": 1_900,
    "series/2020-runs/": 3_200,
    "series/2b-curve/": 1_900,
    "series/3-svd/": 2_700,
    "series/3-svd-repair/": 3_300,
    "series/3b-adam/": 2_500,
    "series/3c-adam-crowd/": 2_800,
    "theory/cost/": 3_100,
    "theory/frontier/": 2_500,
    "theory/frontier-floats/": 5_900,
    "theory/hard-matrices/": 2_300,
    "theory/how-fast/": 2_400,
    "theory/ladder/": 2_400,
    "theory/least-steps/": 2_200,
    "theory/noise/": 2_400,
    "theory/proof/": 2_000,
    "theory/proof-digits/": 2_800,
    "theory/scaling/": 3_000,
    "theory/when-you-know-nothing/": 1_800,
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


@pytest.mark.parametrize("path", TAUGHT)
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

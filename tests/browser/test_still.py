"""Nothing moves: neither while a page arrives, nor when plotly takes the place of a drawing.

And what is wider than its room says so at its edge. All with the fonts of an earlier page at hand:
on a first visit, when they arrive late, some pages still move by more.
"""

from pathlib import Path

import pytest

from tests.browser.conftest import pages
from tests.browser.visit import DESK, LIVE, PHONE, TOUCH

WATCH = Path(__file__).with_name("still.js").read_text()
STILL = 0.01  # of the screen, times how far: readers notice a tenth
HEIGHT = "document.documentElement.scrollHeight"
SEEN = "() => new Promise((seen) => requestAnimationFrame(() => setTimeout(seen, 50)))"
# What is narrow moves first; the desk is watched where first screens are looked at. Of the
# reference, the page that runs cells: the others are lists, and half a second each.
LISTS = ("reference/", "about/")
ON_A_PHONE = ["reference/why-did-it-not-converge/"]
ON_A_PHONE += [page for page in pages() if not page.startswith(LISTS)]
# But for the formulas' second text, for screen readers, which nobody sees.
UNSAID = """() => [...document.querySelectorAll("article :not(.katex-mathml, .gd-cut)")]
  .filter((one) => one.clientWidth && one.scrollWidth - one.clientWidth > 1
    && getComputedStyle(one).overflowX !== "visible" && one.checkVisibility())
  .map((one) => one.outerHTML.slice(0, 100))"""
# Between them lines, dots, bars, grids and a map.
TOUCHED = ("series/1-tensors/", "theory/how-fast/", "failures/digits/")


@pytest.fixture(scope="module", params=[PHONE, DESK])
def watched(request, browser):
    page = browser.new_page(viewport={"width": request.param, "height": 844})
    page.add_init_script(WATCH)
    yield page
    page.close()


def shift(page):
    """What has moved since the page was asked for, once what was changed last is seen."""
    page.evaluate(SEEN)
    return page.evaluate("window.shift")


def arrive(page, address):
    page.goto(address)
    page.evaluate("document.fonts.ready")
    return shift(page)


@pytest.fixture(scope="module")
def arrived(browser, address):
    """Each page on a phone once it is there: what has moved, what is cut without an edge."""
    page = browser.new_page(viewport={"width": PHONE, "height": 844})
    page.add_init_script(WATCH)
    arrive(page, address + "theory/frontier/")  # brings the fonts, those of formulas too
    yield {path: (arrive(page, address + path), page.evaluate(UNSAID)) for path in ON_A_PHONE}
    page.close()


def test_nothing_moves_on_a_phone_while_a_page_arrives_and_fonts_are_there(arrived):
    assert {path: moved for path, (moved, _) in arrived.items() if moved > STILL} == {}


def test_what_is_cut_on_a_phone_shows_an_edge(arrived):
    assert {path: unsaid for path, (_, unsaid) in arrived.items() if unsaid} == {}


@pytest.mark.parametrize("path", TOUCHED)
def test_nothing_moves_when_plotly_takes_over(watched, address, path):
    before, height = arrive(watched, address + path), watched.evaluate(HEIGHT)
    watched.evaluate(TOUCH)
    watched.wait_for_function(LIVE)
    assert shift(watched) - before <= STILL
    assert watched.evaluate(HEIGHT) == height


def test_what_moves_is_seen(watched, address):
    arrive(watched, address + "install/")
    watched.evaluate("document.querySelector('article').style.paddingTop = '200px'")
    assert shift(watched) > STILL


def test_what_is_cut_without_an_edge_is_seen(watched, address):
    arrive(watched, address + "install/")
    unsaid = watched.evaluate(UNSAID)
    watched.evaluate(
        "document.querySelector('article pre').style.cssText = 'width:9px;overflow:auto'"
    )
    assert len(watched.evaluate(UNSAID)) > len(unsaid)

"""Nothing moves: neither while a page arrives, nor when plotly takes the place of a drawing."""

from pathlib import Path

import pytest

from tests.browser.conftest import pages
from tests.browser.visit import DESK, LIVE, PHONE, TOUCH

WATCH = Path(__file__).with_name("still.js").read_text()
STILL = 0.01  # of the screen, times how far: readers notice a tenth
SEEN = "() => new Promise((seen) => requestAnimationFrame(() => setTimeout(seen, 50)))"
# What is narrow moves first; the desk is watched where first screens are looked at.
ON_A_PHONE = ["", "play/", *(page for page in pages() if page.startswith(("series/", "theory/")))]
# Between them lines, dots, bars, grids and a map.
TOUCHED = ("series/1-tensors/", "theory/how-fast/", "theory/cost/")


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


@pytest.mark.parametrize("watched", [PHONE], indirect=True)
def test_nothing_moves_on_a_phone_while_a_page_arrives(watched, address):
    shifts = {path: arrive(watched, address + path) for path in ON_A_PHONE}
    assert {path: moved for path, moved in shifts.items() if moved > STILL} == {}


@pytest.mark.parametrize("path", TOUCHED)
def test_nothing_moves_when_plotly_takes_over(watched, address, path):
    before = arrive(watched, address + path)
    watched.evaluate(TOUCH)
    watched.wait_for_function(LIVE)
    assert shift(watched) - before <= STILL


def test_what_moves_is_seen(watched, address):
    arrive(watched, address + "install/")
    watched.evaluate("document.querySelector('article').style.paddingTop = '200px'")
    assert shift(watched) > STILL

"""Nothing moves when plotly takes the place of a drawing; and what moves or is cut is seen."""

import pytest

from tests.browser.still import STILL, WATCH, arrive, shift
from tests.browser.visit import DESK, LIVE, PHONE, TOUCH, UNSAID

HEIGHT = "document.documentElement.scrollHeight"
# Between them lines, dots, bars, grids and a map.
TOUCHED = ("series/1-tensors/", "theory/how-fast/", "failures/digits/")


@pytest.fixture(scope="module", params=[PHONE, DESK])
def watched(request, browser):
    page = browser.new_page(viewport={"width": request.param, "height": 844})
    page.add_init_script(WATCH)
    yield page
    page.close()


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

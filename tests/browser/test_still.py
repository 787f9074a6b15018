"""Nothing moves when plotly takes the place of a drawing; what moves, is cut or hidden is seen."""

import pytest

from tests.browser.still import IN_TIME, STILL, WATCH, arrive, arrive_in_its_fonts, shift
from tests.browser.visit import DESK, HIDDEN, LIVE, PHONE, TOUCH, UNSAID

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


def test_a_font_that_does_not_come_in_time_is_seen(open_page):
    page = open_page("404.html")
    address = page.url.replace("404.html", "install/")
    arrive_in_its_fonts(page, address)
    for font in ("serif-4-latin-400-normal", "sans-3-latin-400", "sans-3-latin-600"):
        page.route(f"**/*{font}*", lambda route: route.abort())
        page.goto(address)
        page.evaluate("document.fonts.ready")
        assert not page.evaluate(IN_TIME), font
        page.unroute(f"**/*{font}*")


def test_what_is_cut_without_an_edge_is_seen(watched, address):
    arrive(watched, address + "install/")
    unsaid = watched.evaluate(UNSAID)
    watched.evaluate(
        "document.querySelector('article pre').style.cssText = 'width:9px;overflow:auto'"
    )
    assert len(watched.evaluate(UNSAID)) > len(unsaid)


PRINT = """(line) => {
  const code = document.querySelector("article .gd-output:not(.gd-prose) code");
  code.textContent = line;
  code.style.cssText = "width:20ch;overflow:auto" }"""


@pytest.mark.parametrize(
    ("line", "speaks", "found"),
    [
        ("error, by the formula:  7.25e-3", "It is 7.25e-3.", ["7.25e-3"]),
        ("steps, by the formula:  98,765", "After 98765 steps.", ["98,765"]),
        ("7.25e-3, and once more  7.25e-3", "It is 7.25e-3.", []),
        ("torch.tensor(dtype=torch.float256)", "A block of 256 rows.", []),
        ("error, by the formula:  7.25e-3", "It is 7.", []),
        ("steps, by the formula:  97", "After 97 steps.", []),
    ],
)
def test_a_number_out_of_sight_that_prose_speaks_of_is_seen(watched, address, line, speaks, found):
    arrive(watched, address + "theory/cost/")
    assert watched.evaluate(HIDDEN) == []
    watched.evaluate(PRINT, line)
    watched.evaluate("(text) => document.querySelector('article p').append(text)", speaks)
    assert watched.evaluate(HIDDEN) == found

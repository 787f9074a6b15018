"""Figures that a reader moves: by the keyboard, in numbers, and without a jump of the page."""

import re
from typing import NamedTuple

import pytest

from tests.browser.still import STILL, WATCH, arrive_in_its_fonts, shift
from tests.browser.visit import AXE, plain, toggle


class Kind(NamedTuple):
    page: str
    starts: tuple[str, str, str]  # of what it says: as it is built, at the end, at the beginning
    named: str  # the setting there
    says: str
    moves: int  # how many of its curves


KINDS = (
    Kind(
        "theory/frontier/",
        ("l = 0.100: ", "l = 0.794: ", "l = 0.00100: "),
        "0.00100",
        r"5\.180 σ − 5\.175 σ³ is 0\.995 off",
        3,
    ),
    Kind(
        "series/2-inverse/",
        ("Learning rate 0.100: ", "Learning rate 0.250: ", "Learning rate 0.005: "),
        "0.005",
        r"leaves 0\.96 of the error\. After 4 of them x is 0\.0753",
        2,
    ),
    Kind(
        "series/1b-landscape/",
        ("Learning rate 0.40, ", "Learning rate 0.44, ", "Learning rate 0.01, "),
        "0.01",
        r"momentum 0\.00: steps to six digits: 2,746",
        2,
    ),
    Kind(
        "failures/level/",
        ("With 4 rows, 0.0625 is 1/n²: one", "With 16 rows, 0.0625 is 1/n, ", "With 1 row, "),
        "1",
        r"0\.0625 is no share of n: weight decay",
        1,
    ),
)
FIGURE = "figure:has(gd-moving)"
PLOT, RANGE, OUTPUT = f"{FIGURE} .gd-plot", "gd-moving label:first-child input", "gd-moving output"
DRAWN = f"""[...document.querySelectorAll("{PLOT} > svg > svg > path")].map((path) => {{
  const {{ x, y, width, height }} = path.getBBox();
  return [x, y, width, height, ...[0, 0.3, 0.7, 1].flatMap((part) => {{
    const {{ x, y }} = path.getPointAtLength(part * path.getTotalLength());
    return [x, y];
  }})];
}})"""
ROUNDED = 12  # of 4,000 units: the build leaves out corners that nobody sees


def moves(old, new):
    """Whether a curve is another one."""
    return max(abs(a - b) for a, b in zip(old, new, strict=True)) >= ROUNDED


@pytest.fixture(params=KINDS, ids=lambda kind: kind.page)
def kind(request):
    return request.param


@pytest.fixture
def moving(open_page, kind):
    """Open the page, as wide as asked, with its range in focus."""

    def moving(width, **options):
        page = open_page(kind.page, width, **options)
        page.locator(RANGE).focus()
        return page

    return moving


def press(page, *keys):
    """Press keys, until the drawing says what the words below it say."""
    for key in keys:
        page.keyboard.press(key)
    page.wait_for_function(
        f"document.querySelector('{PLOT}').ariaLabel === "
        f"document.querySelector('{OUTPUT}').textContent"
    )
    return page.locator(OUTPUT).inner_text()


@pytest.mark.parametrize("width", [390, 1280])
def test_a_key_moves_the_drawing_and_its_words_and_nothing_else(open_page, kind, width):
    page = open_page(kind.page, width, reduced_motion="reduce")
    page.add_init_script(WATCH)
    arrive_in_its_fonts(page, page.url)
    page.locator(RANGE).focus()
    assert page.locator(OUTPUT).inner_text().startswith(kind.starts[0])
    drawn, box = page.evaluate(DRAWN), page.locator("gd-moving").bounding_box()
    for key, start in zip(("End", "Home"), kind.starts[1:], strict=True):
        said = press(page, key)
        assert said.startswith(start)
        assert page.locator("gd-moving").bounding_box()["height"] == box["height"]
    assert re.search(kind.says, said)
    assert page.locator(RANGE).get_attribute("aria-valuetext") == kind.named
    now = page.evaluate(DRAWN)
    assert sum(map(moves, drawn, now)) == kind.moves
    assert shift(page) < STILL  # while it arrived, too
    plain(page)
    page.evaluate(AXE)
    for _ in range(2):
        assert page.evaluate(f"axe.run('{FIGURE}').then(({{ violations }}) => violations)") == []
        toggle(page)
    assert page.complaints == []


@pytest.mark.parametrize(
    ("typed", "says"), [("0.25", "1/n, the"), ("4e-12", "where 4×4 matrices end in float32")]
)
def test_a_level_that_is_typed_names_its_cause(open_page, typed, says):
    page = open_page("failures/level/")
    drawn, field = page.evaluate(DRAWN), page.get_by_label("loss where yours stops")
    field.fill("")
    page.locator(OUTPUT, has_text="Type a loss above zero").wait_for()
    assert page.evaluate(DRAWN) == drawn
    field.press_sequentially(typed)
    page.locator(OUTPUT, has_text=f"{float(typed):g} is {says}").wait_for()
    assert moves(drawn[0], page.evaluate(DRAWN)[0])


def test_moved_away_and_back_the_figure_is_the_one_that_the_page_was_built_with(moving):
    page = moving(1280)
    drawn, said = page.evaluate(DRAWN), page.locator(OUTPUT).inner_text()
    assert press(page, "ArrowRight") != said
    assert press(page, "ArrowLeft") == said
    now = page.evaluate(DRAWN)
    assert len(now) == len(drawn)
    assert not any(map(moves, drawn, now))


def test_a_figure_that_plotly_has_taken_is_a_drawing_again_once_it_is_moved(moving):
    page = moving(390)
    page.locator(PLOT).dispatch_event("click")
    page.locator(f"{PLOT}.gd-live").wait_for()
    press(page, "ArrowRight")
    assert page.locator(f"{PLOT} > svg").is_visible()
    assert page.locator(f"{PLOT}.gd-live, {PLOT} > div").count() == 0
    page.locator(PLOT).dispatch_event("click")
    assert page.locator(f"{PLOT} > div").count() == 0


def test_without_scripts_the_figure_stands_and_takes_no_room_for_its_range(open_page, kind):
    page = open_page(kind.page, java_script_enabled=False)
    assert page.locator(f"{PLOT} > svg").is_visible()
    assert page.locator("gd-moving").bounding_box()["height"] == 0


LOADED = """performance.getEntriesByType("resource")
  .filter((one) => one.name.includes("moving")).length"""


def test_a_page_with_such_a_figure_loads_its_two_scripts(open_page, kind):
    open_page(kind.page).wait_for_function(f"{LOADED} === 2")


def test_a_page_without_one_loads_none_of_them(open_page):
    page = open_page("failures/digits/")
    page.wait_for_load_state("networkidle")
    assert page.evaluate(LOADED) == 0

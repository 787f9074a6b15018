"""Who types a symptom into the search finds the section about it, and can read what is shown."""

from urllib.parse import quote

import pytest

from tests.browser.visit import axe

SYMPTOMS = {
    "loss stops at 1e-3": "failures/level/#weight-decay",
    "nan": "failures/climbs/#nan",
    "diverges": "failures/climbs/#diverges",
    "loss stops at 0.25": "failures/level/#zeroed-parameters",
    "gradient not zeroed": "failures/returns/#gradient-not-zeroed",
    "too slow": "failures/slow/#ill-conditioned",
    "singular matrix": "failures/level/#singular",
    "float32 floor": "failures/level/#float32-floor",
    "loss zero but wrong": "failures/wrong/#zero-loss",
    "adam loss goes up again": "failures/returns/#adam-leaves",
    "learning rate too large": "failures/climbs/#diverges",
    "overshoot": "failures/climbs/#overshoot",
    "learning rate too small": "failures/slow/#tiny-step",
    "condition number": "failures/slow/#ill-conditioned",
}
# Pages stand above their sections in the list; what is folded under them is not shown.
AMONG_THE_FIRST = """(wanted) =>
  [...document.querySelectorAll("a.md-search-result__link[href*='#']")]
    .filter((link) => link.checkVisibility()).slice(0, 3).some((link) => link.href === wanted)"""
READY = "document.querySelector('.md-search-result__meta').textContent.includes('start searching')"


def search(page, words):
    page.wait_for_function(READY)
    page.locator("input.md-search__input").click()
    page.locator("input.md-search__input").press_sequentially(words)


@pytest.mark.parametrize("symptom", SYMPTOMS)
def test_a_symptom_finds_its_section_among_the_first_three(open_page, address, symptom):
    page = open_page("")
    search(page, symptom)
    page.wait_for_function(AMONG_THE_FIRST, arg=address + SYMPTOMS[symptom], timeout=10_000)


def test_a_word_of_no_page_finds_nothing(open_page, address):
    page = open_page("")
    search(page, "zyzzyva")
    page.wait_for_selector(".md-search-result__meta:has-text('No matching documents')")
    assert not page.evaluate(f"({AMONG_THE_FIRST})('{address}failures/climbs/#nan')")


def test_a_found_section_opens_where_it_says(open_page):
    page = open_page("")
    search(page, "overshoot")
    page.locator("a.md-search-result__link[href*='#overshoot']").click()
    page.wait_for_url("**/failures/climbs/**#overshoot")
    assert page.locator("#overshoot").is_visible()


def test_an_address_can_ask_the_search(open_page):
    page = open_page(f"?q={quote('singular matrix')}")
    page.wait_for_selector(".md-search-result__item")
    assert page.locator("input.md-search__input").input_value() == "singular matrix"


@pytest.mark.parametrize("width", [390, 1280])
def test_the_list_of_results_is_whole_in_both_schemes(open_page, width):
    page = open_page(f"?q={quote('singular matrix')}", width=width, reduced_motion="reduce")
    page.wait_for_selector(".md-search-result__item")
    for scheme in ("default", "slate"):
        page.evaluate(f"document.body.dataset.mdColorScheme = '{scheme}'")  # it hides the toggle
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

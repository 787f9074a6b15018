"""Who types a symptom into the search finds the section about it, and can read what is shown."""

from urllib.parse import quote

import pytest

import gdinverse as gd
from tests.browser.visit import axe, until

WHY = "reference/why-did-it-not-converge/#"
# What a reader types, and the section that answers it.
ASKED = {
    "loss stops at 1e-3": "failures/level/#weight-decay",
    "nan": "failures/climbs/#nan",
    "diverges": "failures/climbs/#diverges",
    "loss stops at 0.25": "failures/level/#zeroed-parameters",
    "gradient not zeroed": "failures/returns/#gradient-not-zeroed",
    "too slow": "failures/slow/#ill-conditioned",
    "singular matrix": "failures/level/#singular",
    "float32 floor": "failures/level/#float32-floor",
    "loss zero but wrong": "failures/wrong/#zero-loss",
    "loss not decreasing": "failures/slow/#tiny-step",
    "adam loss goes up again": "failures/returns/#adam-leaves",
    "learning rate too large": "failures/climbs/#diverges",
    "learning rate too high": "failures/climbs/#diverges",
    "learning rate too small": "failures/slow/#tiny-step",
    "overshoot": "failures/climbs/#overshoot",
    "condition number": "failures/slow/#ill-conditioned",
    "svd sign": "failures/svd/#wrong-sign",
    "how many steps": "theory/when-you-know-nothing/#how-long-the-slope",
    "install": "install/#install-the-package-with-pip",
    "ModuleNotFoundError": "install/#install-the-package-with-pip",
    "pinv": "reference/operations/#gdinverse.pinv",
    "Moore-Penrose": "reference/operations/#gdinverse.pinv",
    "dampening": "theory/noise/#the-effective-rate-counts",
    "scheduler": "theory/noise/#lower-the-floor-decay-averaging-batches",
    "muon": "theory/frontier/#muons-polynomial-does-not-arrive",
    "plateau": "failures/level/#float32-floor",
    "float16": "failures/digits/#bfloat16",
    "gradients through an inverse": "reference/how-to-choose/#when-is-this-the-wrong-tool",
}
# A message of the package's own, as it is pasted, with numbers that no page has.
PASTED = {
    **{str(status): f"{WHY}{status.name}" for status in gd.Status},
    "lr=12.0 diverges here: the limit for this matrix is 7.217, where the largest curvature is "
    "0.5265 and momentum=0.9": "failures/climbs/#diverges",
    "M is 3×4: only a square matrix has an inverse; for any other shape there is the "
    "pseudo-inverse": f"{WHY}before-the-first-step",
    "M is sparse (torch.sparse_coo): pass M.to_dense()": f"{WHY}before-the-first-step",
    "S is not symmetric: S − Sᵀ is up to 1.0e+00": f"{WHY}before-the-first-step",
}
# Pages stand above their sections in the list; what is folded under them is not shown.
THE_FIRST = """[...document.querySelectorAll("a.md-search-result__link[href*='#']")]
  .filter((link) => link.checkVisibility()).slice(0, 3).map((link) => link.href)"""
INPUT = "input.md-search__input"
COUNTED = ".md-search-result__meta"


def search(page, words):
    page.locator(INPUT).click()
    page.locator(INPUT).press_sequentially(words)


def asked(page, words):
    """Forget the last answer first: it would be taken for this one."""
    page.evaluate(f"document.querySelector('{COUNTED}').textContent = ''")
    page.locator(INPUT).fill(words)
    page.locator(INPUT).press("End")  # the theme listens to keys
    page.wait_for_selector(f"{COUNTED}:has-text('document')")
    return page.evaluate(THE_FIRST)


@pytest.fixture(scope="module")
def page(browser, address):
    """One page for all questions, as a reader would ask them one after another."""
    page = browser.new_page()
    page.asked = []
    page.on("request", lambda request: page.asked.append(request.url))
    page.goto(address)
    page.locator(INPUT).click()
    page.wait_for_timeout(300)
    page.before = [url for url in page.asked if "search_index" in url]
    yield page
    page.close()


@pytest.mark.parametrize("words", ASKED | PASTED, ids=lambda words: words[:30])
def test_what_a_reader_types_or_pastes_finds_its_section_among_the_first_three(
    page, address, words
):
    assert address + (ASKED | PASTED)[words] in asked(page, words)


def test_a_word_of_no_page_finds_nothing(page):
    assert asked(page, "zyzzyva") == []


def test_the_index_is_fetched_at_the_first_key_and_once(page):
    assert page.before == []
    assert sum("search_index" in url for url in page.asked) == 1


def test_an_index_that_does_not_come_is_asked_for_again(open_page):
    page = open_page("404.html")
    page.route("**/search_index.json", lambda route: route.fulfill(status=500))
    search(page, "n")
    until(page, lambda: any("The search has no index" in said for said in page.complaints))
    page.unroute("**/search_index.json")
    page.locator(INPUT).press_sequentially("an")
    page.wait_for_selector(".md-search-result__item")


def test_a_found_section_opens_where_it_says(open_page):
    page = open_page("")
    search(page, "overshoot")
    page.locator("a.md-search-result__link[href*='#overshoot']").click()
    page.wait_for_url("**/failures/climbs/**#overshoot")
    assert page.locator("#overshoot").is_visible()


def test_an_address_can_ask_the_search(open_page):
    page = open_page(f"?q={quote('singular matrix')}")
    page.wait_for_selector(".md-search-result__item")
    assert page.locator(INPUT).input_value() == "singular matrix"


@pytest.mark.parametrize("width", [390, 1280])
def test_the_list_of_results_is_whole_in_both_schemes(open_page, width):
    page = open_page(f"?q={quote('singular matrix')}", width=width, reduced_motion="reduce")
    page.wait_for_selector(".md-search-result__item")
    for scheme in ("default", "slate"):
        page.evaluate(f"document.body.dataset.mdColorScheme = '{scheme}'")  # it hides the toggle
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

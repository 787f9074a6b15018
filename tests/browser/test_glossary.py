"""The line of a term: shown to a pointer, a keyboard and a finger, and out of the way again."""

import pytest

from tests.browser.visit import axe, plain, toggle

PAGE = "failures/digits/"
GLOSSARY = "**/reference/glossary/#loss"


def loss(page):
    return page.locator("a.gd-term[href$='#loss']")


def line(page):
    return page.get_by_role("tooltip")


def test_a_pointer_sees_the_line_and_can_rest_on_it(open_page):
    page = open_page(PAGE)
    assert not line(page).is_visible()
    loss(page).hover()
    assert line(page).inner_text() == loss(page).get_attribute("data-line")
    line(page).hover()
    assert line(page).is_visible()
    page.mouse.move(0, 0)
    assert not line(page).is_visible()


def test_a_keyboard_sees_the_line_until_escape(open_page):
    page = open_page(PAGE)
    page.locator("a.gd-term").first.focus()
    for _ in range(40):
        if loss(page).evaluate("term => term === document.activeElement"):
            break
        page.keyboard.press("Tab")
    assert line(page).is_visible()
    assert loss(page).get_attribute("aria-describedby") == line(page).get_attribute("id")
    page.keyboard.press("Escape")
    assert not line(page).is_visible()
    assert loss(page).get_attribute("aria-describedby") is None
    page.keyboard.press("Enter")
    page.wait_for_url(GLOSSARY)
    assert page.get_by_text("The mean of the squared entries").is_visible()


def test_a_first_tap_shows_the_line_and_a_second_follows_the_link(open_page):
    page = open_page(PAGE, width=390, has_touch=True, is_mobile=True)
    loss(page).tap()
    assert line(page).is_visible()
    assert page.url.endswith(PAGE)
    page.locator("h1").tap()
    assert not line(page).is_visible()
    loss(page).tap()
    loss(page).tap()
    page.wait_for_url(GLOSSARY)
    assert not line(page).is_visible()


@pytest.mark.parametrize("width", [390, 1280])
def test_a_line_stays_inside_the_window_and_has_no_fault(open_page, width):
    page = open_page(PAGE, width, reduced_motion="reduce")  # no color is on its way to another
    plain(page)
    for scheme in range(2):
        for term in page.locator("a.gd-term:visible").all()[:: 1 if scheme == 0 else 6]:
            term.hover()
            box = line(page).bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
        assert axe(page) == []
        page.mouse.move(0, 0)
        page.evaluate("scrollTo(0, 0)")
        toggle(page)


def test_without_scripts_a_term_is_a_link_to_its_line(open_page):
    page = open_page(PAGE, java_script_enabled=False)
    loss(page).click()
    page.wait_for_url(GLOSSARY)

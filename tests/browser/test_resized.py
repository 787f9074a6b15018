"""A phone is turned: figures follow their boxes, drawn or live, and fit the screen."""

import pytest

SERIES = "series/2-inverse/"
WIDTHS = """() => [...document.querySelectorAll(".gd-plot")].map((plot) => [
  plot.clientWidth,
  plot.querySelector(".gd-live > div .main-svg, :scope > svg").clientWidth,
])"""
TOO_WIDE = "document.documentElement.scrollWidth - innerWidth"


def test_figures_follow_their_boxes_before_and_after_a_touch(open_page):
    page = open_page(SERIES)
    page.locator(".gd-plot").last.scroll_into_view_if_needed()
    page.locator(".gd-plot").last.hover()
    page.wait_for_selector(".gd-live")
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_timeout(500)
        widths = page.evaluate(WIDTHS)
        assert widths
        assert [pair for pair in widths if pair[0] != pair[1]] == [], width
        assert page.evaluate(TOO_WIDE) <= 0


TWICE = "html { font-size: 250% !important; }"  # the theme's own is 125 %
CLOSE = """() => [...document.querySelectorAll("article .gd-figure")].map((figure) => {
  const caption = figure.querySelector("figcaption").getBoundingClientRect().top;
  const words = [...figure.querySelectorAll("svg text")].map((one) => one.getBoundingClientRect());
  return caption - Math.max(...words.map((box) => box.bottom)); })"""


@pytest.mark.parametrize("path", ["", "play/", SERIES, "failures/level/"])
def test_text_of_twice_the_size_fits_a_phone_and_touches_no_caption(open_page, path):
    page = open_page(path, width=390)
    page.add_style_tag(content=TWICE)
    page.evaluate("document.fonts.ready")
    assert page.evaluate(TOO_WIDE) <= 0
    gaps = page.evaluate(CLOSE)
    assert gaps or path in ("", "play/")  # they have no captions of this kind
    assert [gap for gap in gaps if gap <= 0] == []


def test_in_forced_colors_figures_keep_theirs_on_their_own_ground(open_page):
    page = open_page(SERIES, forced_colors="active", color_scheme="dark")
    ground = page.locator(".gd-plot").first.evaluate(
        "(one) => [getComputedStyle(one).forcedColorAdjust, getComputedStyle(one).backgroundColor,"
        " getComputedStyle(document.body).getPropertyValue('--gd-bg').trim()]"
    )
    assert ground[0] == "none"
    assert ground[1] == "rgb({}, {}, {})".format(*bytes.fromhex(ground[2][1:]))

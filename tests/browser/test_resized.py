"""A phone is turned: figures follow their boxes, drawn or live, and fit the screen."""

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

"""Every page, on a phone and on a desk, light and dark."""

from tests.browser.conftest import pages


def test_axe_finds_no_fault(visit):
    assert visit.violations == {"default": [], "slate": []}


def test_every_figure_is_drawn_before_and_after_a_touch(visit):
    for figures, live in ((visit.figures, False), (visit.live, True)):
        assert [one["alt"] for one in figures if not one["drawn"] > 0 or one["live"] != live] == []


def placed(figure):
    """Its labels, but for the name of the y axis, and where they are."""
    named = zip(figure["labels"], figure["places"], strict=True)
    return [(one["text"], *place) for one, place in named if one["role"] != "muted"]


def test_plotly_writes_the_words_of_the_drawing_where_they_stood(visit):
    for still, live in zip(visit.figures, visit.live, strict=True):
        assert live["ticks"]
        assert set(live["ticks"]) <= set(still["ticks"]), live["alt"]  # it drops a last one
        for words, x, y in placed(live):  # it drops labels at an edge, too
            same = [(a, b) for there, a, b in placed(still) if there == words]
            assert min(max(abs(x - a), abs(y - b)) for a, b in same) < 6, words


def test_nothing_is_asked_of_another_host(visit, address):
    assert visit.hosts == {address.split("/")[2]}


def test_everything_asked_for_is_there(visit):
    assert visit.failed == []


def test_the_console_stays_silent(visit):
    assert visit.complaints == []


def test_the_page_is_not_wider_than_the_screen(visit):
    assert visit.overflow <= 0


def test_labels_of_figures_do_not_collide(visit):
    labels = visit.labels["default"]
    assert [(label["text"], label["over"]) for label in labels if label["over"]] == []
    assert [label["text"] for label in labels if label["outside"]] == []


def test_no_line_runs_through_a_label(visit):
    assert [label["text"] for label in visit.labels["default"] if label["crossed"] > 1] == []


def test_labels_have_their_roles_color_in_both_schemes(visit):
    for labels in visit.labels.values():
        assert [label for label in labels if label["color"] != label["wanted"]] == []


def test_the_pages_visited_are_the_pages_of_the_site(site):
    built = {path.parent.relative_to(site).as_posix() + "/" for path in site.rglob("index.html")}
    assert {page or "./" for page in pages()} == built

"""A page can be read in one sitting, answers what it asks, and leads on."""

import re

import jupytext
import pytest

from tests.docs.site import ROOT

MOST = 12  # minutes
PAGES = sorted(p for p in ROOT.glob("docs/*/*.py") if "_machinery" not in p.parts)
TAUGHT = [page for page in PAGES if page.parent.name in ("series", "theory")]
MINUTES = re.compile(r"About (\d+) minutes? to read")
CARRIES = "**What carries over to a network.**"


def name(path):
    return str(path.relative_to(ROOT / "docs"))


def text_of(page):
    cells = jupytext.read(page).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def minutes(html):
    return int(MINUTES.search(html)[1])


@pytest.mark.site
def test_no_page_takes_longer_than_twelve_minutes(site):
    taken = {}
    for page in PAGES:
        path = page.relative_to(ROOT / "docs").with_suffix("")
        folder = path.parent if path.name == "index" else path
        taken[name(page)] = minutes((site / folder / "index.html").read_text())
    print("\n".join(f"{count:3} minutes  {page}" for page, count in taken.items()))
    assert {page for page, count in taken.items() if count > MOST} == set()


def test_the_minutes_are_those_that_a_page_shows():
    assert minutes("<p>About 13 minutes to read. Executed with torch</p>") == 13


def unanswered(text):
    """The boxes that ask the reader to think, and have no answer folded right below them."""
    boxes = re.findall(r"^!!! think.*\n(?:(?: {4}.*)?\n)+(.*)", text + "\n\n", re.MULTILINE)
    return [below for below in boxes if not below.startswith("??? predict")]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_each_pause_to_think_has_its_answer(page):
    assert unanswered(text_of(page)) == []


@pytest.mark.parametrize("below", ["", "## Next", "Some prose."])
def test_a_pause_without_an_answer_is_found(below):
    asked = f'!!! think "Pause"\n    Why?\n\n{below}'
    assert unanswered(asked) == [below]
    assert unanswered('!!! think "Pause"\n    Why?\n\n??? predict "So"\n    So.\n') == []


@pytest.mark.parametrize("page", TAUGHT, ids=name)
def test_a_page_says_what_carries_over_and_opens_one_door(page):
    text = text_of(page).partition("## Your turn")[0]
    carries = [part for part in text.split("\n\n") if part.startswith(CARRIES)]
    assert len(carries) == 1
    after = text[text.index(carries[0]) + len(carries[0]) :].strip()
    assert len(re.findall(r"\]\(", after)) == 1, after

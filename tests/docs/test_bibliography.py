"""Whatever is cited is in the bibliography, and whatever is in it is cited."""

import importlib
import re
from types import SimpleNamespace

import pytest

from tests.docs.html_page import html_page, target
from tests.docs.site import ROOT

SOURCE = ROOT / "docs/reference/bibliography.md"
ENTRY = re.compile(
    r"(\d+)\. (.+) \((\d{4})\)\. \[(.+)\]\((https://\S+)\)\. .+\.\n    \{: #([\w-]+) \}\n"
)


@pytest.fixture
def bibliography(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "docs/_machinery")
    return importlib.import_module("bibliography")


@pytest.fixture
def cited(bibliography, monkeypatch):
    """What becomes of text on a page, where only Polyak and Drmač are known."""
    known = "1. Polyak\n    {: #polyak-1964 }\n2. Drmač\n    {: #drmac-2008 }\n"
    source = SimpleNamespace(url="reference/bibliography/", content_string=known)
    files = SimpleNamespace(get_file_from_path={bibliography.SOURCE: source}.get)
    monkeypatch.setattr(bibliography.build, "failures", [])
    page = SimpleNamespace(url="theory/how-fast/", file=SimpleNamespace(src_uri="how-fast.py"))
    return lambda text: bibliography.on_page_content(text, page=page, files=files)


def entries():
    items = re.findall(r"^\d+\. .+\n(?: .+\n)*", SOURCE.read_text(), re.MULTILINE)
    return [ENTRY.fullmatch(item) or pytest.fail(f"not an entry: {item}") for item in items]


@pytest.mark.parametrize(
    ("text", "anchor"),
    [
        ("By Polyak (1964), §2.", "polyak-1964"),
        ("Drmač &amp;\n Veselić (2008)", "drmac-2008"),
        ("Polyak, Polyak &amp; Veselić (1964)", "polyak-1964"),
        ("Polyak et al. (1964)", "polyak-1964"),
    ],
)
def test_an_author_with_a_year_leads_to_the_entry(cited, text, anchor):
    assert f'<a href="../../reference/bibliography/#{anchor}">' in cited(f"<p>{text}</p>")


def test_code_and_links_are_left_alone(cited):
    text = "<code>Nobody (1964)</code><a href='#'>Nobody (1964)</a>, in (1964), in 1964"
    assert cited(text) == text


def test_a_source_that_is_not_listed_stops_the_build(cited, bibliography):
    cited("<p>Nobody (1964)</p>")
    (failure,) = bibliography.build.failures
    assert failure.startswith("how-fast.py: Nobody (1964) is not in")


def test_entries_are_numbered_sorted_and_found_by_author_and_year(bibliography):
    found = entries()
    assert [int(entry[1]) for entry in found] == list(range(1, len(found) + 1))
    assert [entry[6] for entry in found] == sorted({entry[6] for entry in found})
    for entry in found:
        author = re.split(r",| &| et al", entry[2])[0]
        assert entry[6] == bibliography.key(author, entry[3])


def test_every_entry_is_cited_on_a_page_of_the_site(site):
    there = site / "reference/bibliography/index.html"
    pages = [html_page(path) for path in site.rglob("*.html") if path != there]
    leads = [target(page, link, site) for page in pages for link in page.links if "#" in link]
    cited = {anchor for file, anchor in leads if file == there}
    assert {entry[6] for entry in entries()} - cited == set()


def test_every_source_that_the_package_names_is_listed(bibliography):
    listed = {entry[6] for entry in entries()}
    named = {
        bibliography.key(author, year)
        for path in (ROOT / "gdinverse").rglob("*.py")
        for author, year in bibliography.CITED.findall(path.read_text().replace("&", "&amp;"))
    }
    assert len(named) > 20
    assert named <= listed

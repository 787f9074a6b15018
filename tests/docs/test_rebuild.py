"""What is executed again, what is not, and that two builds are the same."""

import gzip
import re

import pytest

from tests.docs.site import build

NOTEBOOK = "docs/series/1-small.py"


@pytest.fixture
def rebuild(small):
    """Build the small site; return how often its notebook has run by then."""
    trace = small.parent / "trace"

    def run(**options):
        built = build(small, small / "site", GD_TRACE=str(trace), **options)
        assert built.returncode == 0, built.stdout
        return len(trace.read_text().splitlines())

    return run


def test_a_page_runs_again_when_anything_changes_that_it_may_read(small, rebuild):
    page = small / "site/series/1-small/index.html"
    cached = small / ".cache/notebooks"
    assert rebuild(ci=True) == 1
    assert not cached.exists()
    assert rebuild(ci=False) == 2

    edit(small / "docs/index.md", "The answer", "The one answer")
    assert rebuild(ci=False) == 2
    assert "The one answer is 42." in (small / "site/index.html").read_text()

    edit(small / "gdinverse/__init__.py", "42", "43")
    assert rebuild(ci=False) == 3
    assert "The one answer is 43." in (small / "site/index.html").read_text()

    edit(small / NOTEBOOK, "print(gd.ANSWER)", "print(gd.ANSWER + 1)")
    assert rebuild(ci=False) == 4
    assert "<code>44" in page.read_text()

    (small / "docs/series/data.json").write_text("{}")
    assert rebuild(ci=False) == 5
    assert rebuild(ci=False) == 5
    assert len(list(cached.rglob("*.*"))) == 2  # the page's folder, its last run


def test_a_home_on_github_adds_the_links_that_need_one(small):
    built = build(small, small / "site", GD_REPOSITORY="owner/name")
    assert built.returncode == 0, built.stdout
    page = (small / "site/series/1-small/index.html").read_text()
    assert 'href="https://github.com/owner/name/edit/main/docs/series/1-small.py"' in page
    assert "https://colab.research.google.com/github/owner/name/" in page
    assert '<link rel="canonical" href="https://owner.github.io/name/series/1-small/">' in page


def test_two_clean_builds_differ_in_date_and_times_only(site, site_again):
    first, second = contents(site), contents(site_again)
    assert first.keys() == second.keys()
    assert len(first) > 50
    assert [name for name in first if first[name] != second[name]] == []


def contents(site):
    files = [path for path in site.rglob("*") if path.is_file()]
    return {str(path.relative_to(site)): content(path) for path in files}


def content(path):
    read = path.read_bytes()
    if path.suffix == ".gz":
        return gzip.decompress(read)
    if path.suffix == ".html":
        read = re.sub(rb"(Executed with torch [\d.]+) on [\w ]+ in [\d.]+ s", rb"\1", read)
    # The one cell that measures time, on the page about costs: "(4, 4): 275 times".
    return re.sub(rb"(\d\)): \d+ times", rb"\1", read)


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))

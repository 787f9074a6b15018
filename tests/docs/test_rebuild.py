"""What is executed again, what is not, and that two builds are the same."""

import gzip
import io
import re
import zipfile

import pytest
from PIL import Image

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
    notebook = (small / "site/series/1-small/1-small.ipynb").read_text()
    assert "git clone --quiet --depth 1 https://github.com/owner/name" in notebook
    assert "[home](https://owner.github.io/name/#home)" in notebook
    assert "owner.github.io/name/series/1-small/<" in (small / "site/sitemap.xml").read_text()
    # What others show of a link to the page.
    card = "assets/cards/series-1-small.png"
    assert f'<meta property="og:image" content="https://owner.github.io/name/{card}">' in page
    with Image.open(small / "site" / card) as image:
        assert image.size == (1200, 630)
        assert len(image.getcolors()) > 2  # not blank
    assert (small / "site" / card).stat().st_size <= 25_000
    lost = (small / "site/404.html").read_text()
    assert 'href="/name/series/2-inverse/"' in lost


def test_without_a_home_there_are_no_cards(small_built):
    assert not (small_built / "site/assets/cards").exists()
    assert "og:image" not in (small_built / "site/index.html").read_text()


def test_two_clean_builds_differ_in_date_and_times_only(site, site_again):
    first, second = contents(site), contents(site_again)
    assert first.keys() == second.keys()
    assert len(first) > 50
    assert [name for name in first if first[name] != second[name]] == []


def contents(site):
    files = [path for path in site.rglob("*") if path.is_file()]
    return {str(path.relative_to(site)): content(path.name, path.read_bytes()) for path in files}


def content(name, read):
    if name.endswith(".zip"):
        return members(read)
    if name.endswith(".gz"):
        return gzip.decompress(read)
    if name.endswith(".html"):
        read = re.sub(rb"(Executed with torch [\d.]+) on [\w ]+ in [\d.]+ s", rb"\1", read)
    # The one cell that measures time, on the page about costs: "(4, 4): 275 times".
    return re.sub(rb"(\d\)): \d+ times", rb"\1", read)


def members(read):
    """Files of an archive in their order, each with what an archive says of it beside its size."""
    with zipfile.ZipFile(io.BytesIO(read)) as archive:
        return [
            (member.filename, member.date_time, content(member.filename, archive.read(member)))
            for member in archive.infolist()
        ]


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))

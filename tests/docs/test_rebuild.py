"""What is executed again, what is not, and that two builds are the same."""

import gzip
import io
import re
import subprocess
import sys
import zipfile

import pytest

from tests.docs.site import build, small_site

NOTEBOOK = "docs/series/1-small.py"
STEPS = """# %% [markdown]
# # Steps
# At first {{= 6 - 6 }}.

# %%
import os

def trace(name):
    open(os.environ["GD_TRACE"], "a").write(f"{name} ")

trace("one")
first = 1

# %%
trace("two")
print(first + 1)

# %% [markdown]
# So it is {{= first + 2 }}.

# %%
trace("three")
"""


@pytest.fixture
def rebuild(small):
    """Build the small site; return the cells that ran for it."""
    trace = small.parent / "trace"

    def run(**options):
        trace.write_text("")
        built = build(small, small / "site", GD_TRACE=str(trace), **options)
        assert built.returncode == 0, built.stdout
        return trace.read_text().split()

    return run


def test_ci_takes_no_results_and_keeps_none(small, rebuild):
    assert rebuild(ci=True) == ["run"]
    assert not (small / ".cache/results").exists()
    assert rebuild(ci=False) == ["run"]
    assert rebuild(ci=False) == []
    assert rebuild(ci=True) == ["run"]
    edit(small / "gdinverse/__init__.py", "42", "43")
    assert rebuild(ci=False) == ["run"]
    assert len(list((small / ".cache/results").rglob("*.*"))) == 1  # its last run


READ = (
    "gdinverse/__init__.py",
    "gdinverse/data.json",
    "gdinverse/deeper/data.toml",
    "requirements.lock",
    "benchmarks/results.json",
    "docs/series/data.json",
    "docs/_machinery/kernel.py",
)
# The machinery in the folder that a process starts in.
MACHINERY = """
import sys
from pathlib import Path
sys.path.insert(0, "docs/_machinery")
import build, cells, execution, serving
build.build.root = Path.cwd()
"""
# The key of a page's first step: as the small site is, and after each edit.
KEYS = """
print(cells.fingerprint("series/1-small.py"))
for name in sys.argv[1:]:
    with open(name, "a") as file:
        file.write("\\n")
    print(cells.fingerprint("series/1-small.py"))
"""


def test_a_page_has_new_keys_when_anything_changes_that_it_may_read(small):
    for path in (small / name for name in READ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    keys = asked(small, KEYS, *READ, "docs/index.md")
    assert len(keys) == len(READ) + 2
    assert len(set(keys)) == len(READ) + 1
    assert keys[-1] == keys[-2]  # no page reads another one's words


# What a page shows, before and after a step that ends between its notebook and the question.
LATE = """
name = "series/1-small.py"
plan = cells.plan(name, cells.read(name))
said = [{"output_type": "display_data", "text": "0"}]
results = [{"key": s.key, "outputs": said, "seconds": 0, "date": ""} for s in plan.steps]
page = execution.pages[name] = execution.Page(name, results[:1], plan)
build.build.notebooks = {name: page.notebook()}
page.results = results[:2]
print(hash(str(serving.parts(name))))
build.build.notebooks = {name: page.notebook()}
print(hash(str(serving.parts(name))))
"""


def test_a_step_that_ends_while_pages_are_written_makes_them_be_written_again(small):
    """Else a page whose last step ends just then stays as it was: not yet executed."""
    said = asked(small, LATE)
    assert len(said) == len(set(said)) == 2


def asked(small, lines, *arguments):
    """What lines about the machinery print."""
    command = [sys.executable, "-c", MACHINERY + lines, *arguments]
    return subprocess.check_output(command, cwd=small, text=True).split()


def test_an_edit_shows_what_is_new_and_runs_what_follows_it(small, rebuild):
    page = small / "docs/series/1-small.py"
    shown = small / "site/series/1-small/index.html"
    page.write_text(STEPS)
    edit(small / "docs/index.md", "series/1-small#answer", "series/1-small#x")
    edit(page, 'trace("three")', 'trace("three")\nvalues = {"answer": first, "x": 7}')
    assert rebuild(ci=False) == ["one", "two", "three"]
    assert "It is 7" in (small / "site/index.html").read_text()

    edit(page, "So it is", "Thus it is")  # words need no run
    assert rebuild(ci=False) == []
    assert "Thus it is 3." in shown.read_text()

    edit(small / "docs/index.md", "The answer", "The one answer")
    assert rebuild(ci=False) == []
    assert "The one answer is 7." in (small / "site/index.html").read_text()

    edit(page, "first + 2", "first + 3")
    assert rebuild(ci=False)[-1] == "three"
    assert "Thus it is 4." in shown.read_text()

    edit(page, "first = 1", "first = 10")
    assert rebuild(ci=False) == ["one", "two", "three"]
    assert "<code>11" in shown.read_text()
    assert "Thus it is 13." in shown.read_text()

    edit(small / "gdinverse/__init__.py", "42", "43")
    assert rebuild(ci=False) == ["one", "two", "three"]


def test_a_failure_is_no_result_and_is_found_again(small, rebuild):
    page = small / "docs/series/1-small.py"
    whole = page.read_text()
    page.write_text(f"{whole}\n# %%\n1 / 0\n")
    assert build(small, small / "site", ci=False).returncode != 0
    assert build(small, small / "site", ci=False).returncode != 0
    page.write_text(whole)
    assert rebuild(ci=False) == ["run"]
    assert rebuild(ci=False) == []


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
    card = "assets/card.png"
    assert f'<meta property="og:image" content="https://owner.github.io/name/{card}">' in page
    assert (small / "site" / card).read_bytes()[:4] == b"\x89PNG"
    lost = (small / "site/404.html").read_text()
    assert 'href="/name/series/2-inverse/"' in lost


def test_without_a_home_there_are_no_cards(small_built):
    assert "og:image" not in (small_built / "site/index.html").read_text()


def test_two_clean_builds_differ_in_date_and_times_only(tmp_path):
    """The small site whole; the real one in all its Markdown and three notebooks, see below."""
    site = small_site(tmp_path / "small")
    builds = [build(site, tmp_path / name) for name in ("one", "two")]
    assert [built.returncode for built in builds] == [0, 0]
    assert differing(tmp_path / "one", tmp_path / "two") == []


def test_the_site_is_the_same_where_pages_are_executed_again(site, site_again):
    assert len(contents(site)) > 50
    assert differing(site, site_again) == []


def differing(one, other):
    first, second = contents(one), contents(other)
    assert first.keys() == second.keys()
    return [name for name in first if first[name] != second[name]]


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

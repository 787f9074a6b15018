"""What surrounds the pages: heads, search, archives, the page that is not there, size."""

import ast
import gzip
import html
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.docs.site import ROOT, clean_environment

ARCHIVES = ("gdinverse-notebooks", "gdinverse-site")
READING = re.compile(r"read_text|losses_2020\(")


@pytest.fixture(scope="module")
def heads(site):
    paths = [path for path in site.rglob("*.html") if path.name != "404.html"]
    return {path.relative_to(site).as_posix(): path.read_text() for path in paths}


@pytest.fixture(scope="module")
def entries(site):
    return json.loads((site / "search/search_index.json").read_text())["docs"]


@pytest.fixture(scope="module")
def unpacked(site, tmp_path_factory):
    folder = tmp_path_factory.mktemp("unpacked")
    for name in ARCHIVES:
        with zipfile.ZipFile(site / f"downloads/{name}.zip") as archive:
            assert archive.testzip() is None
            archive.extractall(folder)
    return folder


def said_once(pattern, heads):
    found = {path: re.findall(pattern, head) for path, head in heads.items()}
    assert {path: words for path, words in found.items() if len(words) != 1} == {}
    return [html.unescape(words) for (words,) in found.values()]


def test_every_page_has_a_title_of_its_own(heads):
    titles = said_once(r"<title>(.+?)</title>", heads)
    assert len(set(titles)) == len(titles) > 20
    assert all("gdinverse" in title and "$" not in title for title in titles)


def test_every_page_has_a_description_of_its_own_that_is_shown_whole(heads):
    descriptions = said_once(r'<meta name="description" content="(.+?)">', heads)
    assert len(set(descriptions)) == len(descriptions)
    assert [words for words in descriptions if not 20 <= len(words) <= 160] == []


def test_every_notebook_says_how_long_it_takes(heads):
    shown = [path for path, head in heads.items() if "Executed with torch" in head]
    minutes = {path: re.findall(r"About (\d+) minutes? to read\.", heads[path]) for path in shown}
    assert len(minutes) == len(list(ROOT.glob("docs/[a-z]*/*.py")))
    assert {path: said for path, said in minutes.items() if len(said) != 1} == {}
    assert all(1 <= int(said) <= 60 for (said,) in minutes.values())


def test_a_number_with_an_exponent_stays_in_one_line(heads):
    drawing = re.compile(r"<svg(?:(?!<svg).)*?</svg>", re.DOTALL)  # one that holds no other
    text = re.compile(r"<pre.*?</pre>|<math.*?</math>|<[^>]*>", re.DOTALL)
    held = re.compile(r'<span class="gd-number">[^<]*</span>')
    articles = {
        path: re.search(r"<article.*</article>", head, re.DOTALL)[0] for path, head in heads.items()
    }
    assert sum(len(held.findall(article)) for article in articles.values()) > 20
    loose = {
        path: re.findall(r"\d+e-\d+", text.sub("", without(drawing, held.sub("", article))))
        for path, article in articles.items()
    }
    assert {path: numbers for path, numbers in loose.items() if numbers} == {}


def without(part, html):
    """Take it out until none is left: drawings lie within each other."""
    while part.search(html):
        html = part.sub("", html)
    return html


def test_the_search_reads_prose_and_no_code_no_output_no_command_of_tex(entries):
    text = " ".join(entry["title"] + entry["text"] for entry in entries)
    assert "<pre>" not in text
    assert re.findall(r"\\[a-z]+|\b(?:frac|sigma_|lVert|kappa_|mathrm|aligned)\b", text) == []
    assert "σ" in text


def test_the_archive_of_notebooks_holds_all_of_them_and_the_package(unpacked):
    root = unpacked / ARCHIVES[0]
    for page in ROOT.glob("docs/[a-z]*/*.py"):
        notebook = json.loads((root / page.relative_to(ROOT)).with_suffix(".ipynb").read_text())
        assert not re.search("git clone|%pip", notebook["cells"][0]["source"])
    for module in ROOT.glob("gdinverse/**/*.py"):
        assert (root / module.relative_to(ROOT)).read_bytes() == module.read_bytes()
    assert (root / "README.md").exists()
    assert not list(root.rglob("*.pyc"))


def what_reads(notebook):
    """The imports of a notebook, and its calls that read data."""
    cells = json.loads(notebook.read_text())["cells"]
    source = "\n".join(cell["source"] for cell in cells if cell["cell_type"] == "code")
    imports = [line for line in source.split("\n") if re.match("import|from", line)]
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    reading = [ast.unparse(call) for call in calls if READING.search(ast.unparse(call.func) + "(")]
    assert reading
    return "\n".join(imports + reading)


def test_notebooks_of_the_archive_find_their_data_where_they_are_unpacked(unpacked, tmp_path):
    """With the package elsewhere, as pip would put it. All cells ran in the build already."""
    root = unpacked / ARCHIVES[0]
    (tmp_path / "gdinverse").symlink_to(root / "gdinverse")
    pages = [page for page in ROOT.glob("docs/[a-z]*/*.py") if READING.search(page.read_text())]
    assert len(pages) >= 2
    there = [(root / page.relative_to(ROOT)).with_suffix(".ipynb") for page in sorted(pages)]
    steps = [
        f"print({str(one)!r})\nos.chdir({str(one.parent)!r})\n{what_reads(one)}" for one in there
    ]
    done = subprocess.run(
        [sys.executable, "-c", "import os\n" + "\n".join(steps)],
        env=clean_environment() | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-200:] + done.stderr[-2000:]


def test_the_archive_of_the_site_is_the_site_with_a_way_to_read_it(site, unpacked):
    root = unpacked / ARCHIVES[1]
    own = {"README.md"}
    held = {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}
    there = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    assert held - own == {name for name in there if not name.endswith(".zip")}
    assert own <= held
    page = "series/2-inverse/index.html"
    assert (root / page).read_bytes() == (site / page).read_bytes()


def test_the_page_that_is_not_there_starts_every_address_at_the_root(site):
    page = (site / "404.html").read_text()
    links = re.findall(r'(?:href|src|action)="([^"#]+)', page)
    assert len(links) > 10
    assert [link for link in links if not link.startswith(("/", "data:"))] == []
    assert '<meta name="robots" content="noindex">' in page


def test_every_page_asks_for_its_fonts_at_once(site):
    """The one for what is not there as well, though nothing renders it as a page."""
    asked = {path: path.read_text().count('as="font"') for path in site.rglob("*.html")}
    assert min(asked.values()) >= 3
    assert len(set(asked.values())) > 2  # by what a page is set in


def test_the_site_keeps_to_its_size(site):
    """Without plotly: 240 kB a page as files, the archives apart; with them 125 as gzip sends."""
    files = [path for path in site.rglob("*") if path.is_file() and "plotly" not in path.name]
    lying = sum(path.stat().st_size for path in files if path.suffix != ".zip")
    sent = sum(map(packed, files))
    print(f"{lying:,} bytes without archives, {sent:,} sent with them")
    pages = sum(path.name == "index.html" for path in files)
    assert 1_000_000 < lying <= 240_000 * pages
    assert 1_000_000 < sent <= 130_000 * pages


def packed(path: Path):
    content = path.read_bytes()
    return min(len(content), len(gzip.compress(content, 6)))

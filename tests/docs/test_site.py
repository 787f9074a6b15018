"""The site as built: nothing broken, nothing from elsewhere, nothing left over, nothing heavy."""

import gzip
import json
import re
from collections import Counter
from pathlib import Path

import nbformat
import pytest

from tests.browser.visit import WHOLE
from tests.docs.html_page import html_page, is_external, target
from tests.docs.site import ROOT

NOTEBOOKS = sorted(ROOT.glob("docs/[a-z]*/*.py"))


@pytest.fixture(scope="module")
def pages(site):
    return {path: html_page(path) for path in sorted(site.rglob("*.html"))}


def test_links_and_anchors_lead_somewhere(site, pages):
    broken = []
    for page in pages.values():
        for link in (link for link in page.links if not is_external(link)):
            file, anchor = target(page, link, site)
            known = pages[file].ids if file in pages else []
            if not file.exists() or (anchor and anchor not in [*known, "__top"]):
                broken.append(f"{page.path.relative_to(site)}: {link}")
    assert not broken
    assert sum(len(page.links) for page in pages.values()) > 100


def test_no_anchor_is_there_twice(site, pages):
    for page in pages.values():
        assert len(page.ids) == len(set(page.ids)), page.path


def test_no_page_loads_anything_from_elsewhere(site, pages):
    for page in pages.values():
        for link in (link for link in page.loads if not link.startswith("data:")):
            assert not is_external(link), (page.path, link)
            assert target(page, link, site)[0].exists(), (page.path, link)


def test_no_stylesheet_loads_anything_from_elsewhere(site):
    for path in site.rglob("*.css"):
        css = path.read_text()
        assert "@import" not in css, path
        for link in re.findall(r"url\(['\"]?([^)'\"]+)", css):
            assert not is_external(link), (path, link)
            assert link.startswith("data:") or (path.parent / link).exists(), (path, link)


def test_nothing_of_the_machinery_is_left_over(site, pages):
    for page in pages.values():
        for mark in ("{{=", "arithmatex", "!!! ", "??? ", "Not yet executed"):
            assert mark not in page.source, (page.path, mark)
        assert not re.findall(r"\\[a-zA-Z([]|\$\$", page.prose), page.path
    assert not list(site.rglob("_machinery"))


def test_formulas_are_typeset_and_can_be_read_aloud(pages):
    typeset = [page for page in pages.values() if 'class="katex"' in page.source]
    assert typeset
    for page in typeset:
        assert page.source.count('class="katex"') == len(re.findall("<math[ >]", page.source))
        assert "katex-error" not in page.source


def test_axe_reads_each_kind_of_element_that_many_pages_have(site, pages):
    read = set().union(*(pages[site / path / "index.html"].kinds for path in WHOLE))
    counts = Counter(kind for page in pages.values() for kind in page.kinds)
    assert [kind for kind, count in counts.items() if count > 6 and kind not in read] == []
    assert len(read) > 100


def test_every_figure_can_be_drawn_and_is_told_in_numbers(site, pages):
    figures = [figure for page in pages.values() for figure in page.figures]
    assert figures
    for figure in figures:
        drawn = json.loads((site / "assets/figures" / figure["data-figure"]).read_text())
        assert drawn["data"]
        assert "title" not in drawn["layout"]
        assert figure["role"] == "img"
        assert re.search(r"\d", figure["aria-label"]), figure["aria-label"]


def test_search_finds_pages_and_reads_each_formula_once(site, pages):
    entries = json.loads((site / "search/search_index.json").read_text())["docs"]
    locations = [entry["location"] for entry in entries]
    assert len(locations) == len(set(locations)) > 10
    for entry in entries:
        path, _, anchor = entry["location"].partition("#")
        assert not anchor or anchor in pages[site / path / "index.html"].ids
        for mark in ("katex", "<math", "\\(", "\\frac", "{{=", "Executed with torch"):
            assert mark not in entry["text"] + entry["title"], entry["location"]


def test_pages_say_what_ran_them_and_link_nowhere_without_a_home(site, pages):
    said = re.compile(r"Executed with torch \d+\.\d+\.\d+ on \d+ [A-Z][a-z]+ 20\d\d in [\d.]+ s<")
    for notebook in NOTEBOOKS:
        source = page_of(notebook, site, pages).source
        assert len(said.findall(source)) == 1
        assert f'href="{notebook.stem}.ipynb" download' in source
        assert "github.com" not in source


@pytest.mark.parametrize("source", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_executed_notebook_is_there_and_names_no_machine(source, site, pages):
    text = (page_of(source, site, pages).path.parent / f"{source.stem}.ipynb").read_text()
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert any(cell.outputs for cell in code)
    assert not re.findall(r"\{\{=|!!! |\?\?\? |\{: ", text)
    for place in (str(ROOT), str(Path.home()), "/tmp/", "ipykernel"):
        assert place not in text
    figures = [output.data for cell in code for output in cell.outputs if "data" in output]
    drawn = [data for data in figures if "application/vnd.plotly.v1+json" in data]
    assert len(drawn) == len(page_of(source, site, pages).figures)


def page_of(source, site, pages):
    page = source.relative_to(ROOT / "docs").with_suffix("")
    folder = page.parent if page.name == "index" else page
    return pages[site / folder / "index.html"]


def test_a_page_is_light_before_a_figure_is_near(site, pages):
    for page in pages.values():
        files = {target(page, link, site)[0] for link in page.loads if not is_external(link)}
        text = [file for file in with_imports(files) if file.suffix in (".css", ".js")]
        total = sum(map(packed, [page.path, *text]))
        assert total <= 120_000, (page.path, total, {file.name: packed(file) for file in text})
        assert not [file for file in files if "plotly" in file.name], page.path


def with_imports(files):
    """Files, and the modules that scripts of ours import."""
    imported = [
        (file.parent / name).resolve()
        for file in files
        if file.suffix == ".js"
        for name in re.findall(r'^import .* from "(\./[^"]+)";$', file.read_text(), re.MULTILINE)
    ]
    return files | with_imports(set(imported)) if imported else files


def test_fonts_and_plotly_keep_to_their_budgets(site):
    fonts = site / "assets/fonts"
    # Those of letters that every page has, and those of its formulas.
    usual = list(fonts.glob("*latin*.woff2"))
    math = [
        site / f"assets/vendor/katex/fonts/KaTeX_{n}.woff2" for n in ("Main-Regular", "Math-Italic")
    ]
    assert len(usual) == 5
    assert sum(file.stat().st_size for file in [*usual, *math]) <= 130_000
    assert packed(site / "assets/vendor/plotly.min.js") <= 500_000


def test_what_we_pass_on_keeps_its_license(site):
    for family in {path.name.split("-latin")[0] for path in site.glob("assets/fonts/*-latin-*")}:
        assert (
            "SIL OPEN FONT LICENSE" in (site / f"assets/fonts/{family}-LICENSE").read_text().upper()
        )
    assert "MIT" in (site / "assets/vendor/katex/LICENSE").read_text()
    assert "MIT license" in (site / "assets/vendor/plotly.min.js").read_text()[:300]


def packed(path):
    return len(gzip.compress(path.read_bytes(), 6))

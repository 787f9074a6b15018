"""What a reader sees is made of what a reader has seen."""

import ast
import importlib
from pathlib import Path

import jupytext
import pytest

from tests.docs.site import ROOT, build

LONGEST = 15  # lines of a function that a page shows
PAGES = sorted(p for p in ROOT.glob("docs/*/*.py") if "_machinery" not in p.parts)


@pytest.fixture
def symbols(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "docs/_machinery")
    return importlib.import_module("symbols")


def complaints(symbols, *cells):
    text = "\n\n".join(f"# %% {cell}" for cell in cells)
    return list(symbols.unseen(jupytext.reads(text, "py:percent")))


def name(path):
    return str(path.relative_to(ROOT / "docs"))


HIDDEN = 'tags=["hide"]\nh = 1'
PLANTED = {
    "a cell": "\nprint(h)",
    "a value": "[markdown]\n# It is {{= h : d }}.",
    "a function": "\ndef f():\n    return h",
    "a method": "\nclass A:\n    def f(self):\n        return h",
    "a comprehension": "\n[h for _ in range(2)]",
    "a loop": "\nfor _ in range(h):\n    pass",
    "a loop that binds it later": "\nfor _ in range(2):\n    g = h\n    h = g",
    "an update": "\nh += 1",
    "a branch": "\nif True:\n    pass\nelse:\n    h.real",
    "a handler": "\ntry:\n    pass\nexcept h:\n    pass",
    "a with": "\nwith h as g:\n    pass",
    "a default": "\ndef f(x=h):\n    return x",
    "a solution": 'tags=["solution"]\nprint(h)',
}


@pytest.mark.parametrize("user", PLANTED.values(), ids=PLANTED)
@pytest.mark.parametrize("tag", ["hide", "figure"])
def test_a_name_from_a_hidden_cell_is_found_wherever_it_is_used(symbols, user, tag):
    (found,) = complaints(symbols, HIDDEN.replace("hide", tag), user)
    assert found == "cell 2: h comes from cell 1, which no reader sees"


@pytest.mark.parametrize(
    "cells",
    [
        ("\nh = 1", "\nprint(h)"),
        ("\nh = 1", "[markdown]\n# It is {{= h : d }}, or {{= other/page#h : d }}."),
        (HIDDEN, "\nh = 2\nprint(h)"),
        (HIDDEN, "\ndef f(h):\n    return h"),
        (HIDDEN, "\n[h for h in range(2)]"),
        (HIDDEN, "\nfor h in range(2):\n    print(h)"),
        (HIDDEN, "\nimport h\nh.x"),
        (HIDDEN, "\ndef f():\n    return h\n\nh = 2"),
        (HIDDEN, 'tags=["figure"]\nprint(h)'),
        (HIDDEN, '[markdown]\n# !!! opening "It starts with"\n#\n#     - `h`: a number', "\nh + 1"),
        (HIDDEN, '[markdown]\n# !!! opening "It starts with"\n#\n#     - `h`: it is {{= h }}'),
        (HIDDEN, "\nh +"),
        ("\nx.h", "\nundefined"),
        ('tags=["solution"]\nh = 1', 'tags=["solution"]\nprint(h)'),
    ],
)
def test_what_a_reader_has_seen_may_be_used(symbols, cells):
    assert complaints(symbols, *cells) == []


def test_a_name_that_a_hidden_cell_binds_anew_is_hidden_from_there_on(symbols):
    assert complaints(symbols, "\nh = 1", "\nprint(h)", HIDDEN, "\nprint(h)") == [
        "cell 4: h comes from cell 3, which no reader sees"
    ]


def test_a_builtin_is_hidden_once_a_hidden_cell_binds_its_name(symbols):
    hidden = HIDDEN.replace("h = 1", "sum = 1")
    assert complaints(symbols, "\nsum", hidden, "\nprint(sum)") == [
        "cell 3: sum comes from cell 2, which no reader sees"
    ]


def test_what_a_solution_defines_serves_no_page(symbols):
    (found,) = complaints(symbols, 'tags=["solution"]\nh = 1', "[markdown]\n# {{= h }}")
    assert found == "cell 2: h comes from cell 1, which no reader sees"


def test_a_hidden_definition_stops_the_build(small):
    page = small / "docs/series/1-small.py"
    page.write_text(page.read_text() + '\n# %% tags=["hide"]\nh = 1\n\n# %%\nprint(h)\n')
    done = build(small, small / "site")
    assert done.returncode != 0
    assert "series/1-small.py, cell 8: h comes from cell 7, which no reader sees" in done.stdout


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_no_page_uses_a_symbol_from_a_hidden_cell(symbols, page):
    assert list(symbols.unseen(jupytext.read(page))) == []


def functions(page):
    """The functions that a page shows, with their lines."""
    for cell in jupytext.read(page).cells:
        if cell.cell_type == "code" and not {"hide", "figure"} & {*cell.metadata.get("tags", [])}:
            for node in ast.walk(ast.parse(cell.source)):
                if isinstance(node, ast.FunctionDef):
                    yield node.name, node.end_lineno - node.lineno + 1


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_no_function_that_a_page_shows_is_longer_than_a_reader_keeps_in_mind(symbols, page):
    assert [found for found in functions(page) if found[1] > LONGEST] == []


def test_a_long_function_is_found(tmp_path: Path):
    page = tmp_path / "page.py"
    page.write_text("# %%\ndef f():\n" + "    1\n" * LONGEST)
    assert list(functions(page)) == [("f", LONGEST + 1)]

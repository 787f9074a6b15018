"""A page as steps: its code cells and the values in its prose, in order, each with a key.

The key of a step fingerprints it, all steps before it, and everything that any of them may read. So
a result is found again exactly where nothing has changed that could change it.
"""

import copy
import hashlib
import json
import os
import sys
from collections.abc import Iterator
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import jupytext
from nbformat import NotebookNode

from build import build
from values import VALUE

Result = dict[str, Any]  # key, outputs, seconds, date

# By any page: the package, slow results, versions, and what runs its cells.
READ = [
    "gdinverse/**/*.py",
    "gdinverse/**/*.json",
    "gdinverse/**/*.toml",
    "benchmarks/*.json",
    "requirements.lock",
    "docs/_machinery/kernel.py",
    "docs/_machinery/cells.py",
]
OFFERED = "__import__('json').dumps(globals().get('values', {}))"
# What this process imported is what runs, whatever is installed meanwhile.
INSTALLED = [sys.version, *(f"{name} {version(name)}" for name in ("torch", "numpy", "plotly"))]


class Step(NamedTuple):
    cell: int
    order: str  # of kernel.py
    asked: str
    said: str  # in the source
    key: str


class Plan(NamedTuple):
    root: str  # fingerprint of all that the steps may read
    steps: list[Step]


def read(page: str) -> NotebookNode:
    return read_file(build.root / "docs" / page)


def read_file(file: str | Path) -> NotebookNode:
    path = Path(file)
    return copy.deepcopy(parsed(path.read_text(), path.suffix[1:]))


@lru_cache(200)
def parsed(text: str, kind: str) -> NotebookNode:
    notebook = jupytext.reads(text, kind)
    for index, cell in enumerate(notebook.cells):
        cell.id = f"cell-{index + 1}"  # jupytext's are random
    return notebook


def plan(page: str, notebook: NotebookNode) -> Plan:
    steps: list[Step] = []
    key = root = fingerprint(page)
    for cell, order, asked, said in asked_of(notebook):
        key = digest(key, order, asked)
        steps.append(Step(cell, order, asked, said, key))
    return Plan(root, steps)


def asked_of(notebook: NotebookNode) -> Iterator[tuple[int, str, str, str]]:
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "code":
            yield index, "run", cell.source, ""
        for value in VALUE.finditer(cell.source if cell.cell_type == "markdown" else ""):
            if asked := value["expression"]:
                yield index, "value", f"format(({asked}), {value['format'] or ''!r})", value[0]
    yield len(notebook.cells) - 1, "value", OFFERED, "values"


def fingerprint(page: str) -> str:
    """Of all that the page may read, data beside it too."""
    files = sorted([*build.files(*READ), *build.beside(page)])
    contents = [[path.name, digest(path.read_bytes())] for path in files]
    return digest(page, json.dumps([INSTALLED, contents]))


def digest(*parts: str | bytes) -> str:
    found = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        found.update(len(data).to_bytes(8, "big") + data)
    return found.hexdigest()


def load(page: str) -> list[Result]:
    """The results of the page's last run; none where CI wants everything executed."""
    path = kept(page)
    found: list[Result] = json.loads(path.read_text()) if path and path.exists() else []
    return found


def store(page: str, results: list[Result]) -> None:
    if path := kept(page):
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(f".{os.getpid()}")
        unfinished.write_text(json.dumps(results))
        unfinished.replace(path)  # whole or not at all, whoever reads meanwhile


def kept(page: str) -> Path | None:
    if os.environ.get("CI"):
        return None
    folder = os.environ.get("GD_RESULTS", build.root / ".cache/results")
    return Path(folder, f"{page}.json")

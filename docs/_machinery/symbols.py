"""No symbol from a hidden cell: what a reader sees is made of what a reader has seen.

A visible cell and a value in prose use no name that a hidden cell bound last, nor one from the code
of a figure, which is folded, unless the page lists it in a block `!!! opening`, one item a name:
"- `name`: what it is". Hidden cells draw, they do not define. A solution is read by whoever opens
it, so it uses what a reader has seen, and what it binds serves other solutions only.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from mkdocs.structure.nav import Navigation
from mkdocs_jupyter.plugin import NotebookFile
from nbformat import NotebookNode
from pyflakes.checker import Builtin, Checker, ModuleScope
from pyflakes.messages import UndefinedName

import cells
from build import build
from values import VALUE

Names = tuple[set[str], set[str]]  # used, and bound

DRAWING = {"hide", "figure"}
OPENING = re.compile(r"^!!! opening.*\n(?:\s*\n)?((?:[ ]{4}.*\n?|\s*\n)+)", re.MULTILINE)
LISTED = re.compile(r"^[ ]{4}- `(\w+)", re.MULTILINE)


def on_nav(nav: Navigation, **_: Any) -> None:
    for file in (page.file for page in nav.pages):
        if isinstance(file, NotebookFile):
            for complaint in unseen(cells.read(file.src_uri)):
                build.fail(f"{file.src_uri}, {complaint}")


def unseen(notebook: NotebookNode) -> Iterator[str]:
    """Yield a complaint for each name that comes from where no reader looks."""
    origin: dict[str, tuple[int, str]] = {}
    for number, cell in enumerate(notebook.cells, 1):
        tags = set(cell.metadata.get("tags", []))
        kind = "drawn" if tags & DRAWING else "solved" if "solution" in tags else "seen"
        used, bound = reading(cell.cell_type, cell.source)
        for name in sorted(used) if kind != "drawn" else ():
            where, how = origin.get(name, (0, "seen"))
            if how == "drawn" or (how == "solved" and kind == "seen"):
                yield f"cell {number}: {name} comes from cell {where}, which no reader sees"
        origin |= dict.fromkeys(bound, (number, kind))


@cache  # `mkdocs serve` asks for all cells again at each edit of one
def reading(kind: str, source: str) -> Names:
    """The names that a cell takes from the cells above, and those that it binds."""
    listed: set[str] = set()
    if kind != "code":
        listed = {name for block in OPENING.findall(source) for name in LISTED.findall(block)}
        source = "\n".join(f"({value['expression'] or ''})" for value in VALUE.finditer(source))
    try:
        checked = Checker(ast.parse(source))
    except SyntaxError:  # the page's run says where
        return set(), listed
    (page,) = (scope for scope in checked.deadScopes if isinstance(scope, ModuleScope))
    bound = {name for name, binding in page.items() if not isinstance(binding, Builtin)}
    used = {said.message_args[0] for said in checked.messages if isinstance(said, UndefinedName)}
    used |= {name for name in page.keys() - bound if page[name].used}  # a cell may bind it anew
    return used - listed, bound | listed

"""No symbol from a hidden cell: what a reader sees is made of what a reader has seen.

A visible cell and a value in prose use no name that a hidden cell bound last, nor one from the code
of a figure, which is folded, unless the page lists it in a block `!!! opening`, one item a name:
"- `name`: what it is". Hidden cells draw, they do not define. A solution is read by whoever opens
it, so it uses what a reader has seen, and what it binds serves other solutions only.
"""

import ast
import re
import symtable
from collections.abc import Iterable, Iterator, Set
from functools import cache
from typing import Any

from mkdocs.structure.nav import Navigation
from mkdocs_jupyter.plugin import NotebookFile
from nbformat import NotebookNode

import cells
from build import build
from values import ELSEWHERE, VALUE, split

Names = tuple[set[str], set[str]]  # used, and bound

DRAWING = {"hide", "figure"}
SCOPES = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
BODIES = ("body", "handlers", "orelse", "finalbody")
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
    if kind == "code":
        try:
            return walk(ast.parse(source).body)
        except SyntaxError:  # the page's run says where
            return set(), set()
    if kind != "markdown":
        return set(), set()
    found = (split(value)[0] for value in VALUE.findall(source))
    values = [value for value in found if not ELSEWHERE.fullmatch(value)]
    listed = {name for block in OPENING.findall(source) for name in LISTED.findall(block)}
    return {name for value in values for name in taken(value)} - listed, listed


def taken(value: str) -> set[str]:
    try:
        return walk(ast.parse(value).body)[0]
    except SyntaxError:
        return set()


def walk(statements: Iterable[ast.AST], known: Set[str] = frozenset()) -> Names:
    """Statement by statement, and into loops and branches; a function looks when it is called."""
    used: set[str] = set()
    bound: set[str] = set()
    later: set[str] = set()
    for statement in statements:
        inner = [] if isinstance(statement, SCOPES) else [*bodies(statement)]
        loaded, targets = names(shell(statement) if inner else statement)
        if isinstance(statement, SCOPES):
            later |= loaded
        else:
            used |= loaded - known - bound
        bound |= targets
        deeper, more = walk(inner, known | bound) if inner else (set(), set())
        used, bound = used | deeper, bound | more
    return used | (later - known - bound), bound


def bodies(statement: ast.AST) -> Iterator[ast.AST]:
    for name in BODIES:
        yield from getattr(statement, name, [])


def shell(statement: ast.AST) -> ast.AST:
    """A loop, a branch or a handler without what stands in it."""
    if isinstance(statement, ast.ExceptHandler):
        target = ast.Name(statement.name, ast.Store()) if statement.name else None
        return ast.With([ast.withitem(statement.type or ast.Constant(0), target)], [ast.Pass()])
    if isinstance(statement, ast.Try | ast.TryStar):
        return ast.Pass()
    emptied: dict[str, Any] = {name: [] for name in statement._fields if name in BODIES}
    return type(statement)(**dict(ast.iter_fields(statement)) | emptied | {"body": [ast.Pass()]})


def names(statement: ast.AST) -> Names:
    """The global names that a statement loads, and those that it binds."""
    source = ast.unparse(ast.fix_missing_locations(statement))
    table = symtable.symtable(source, "cell", "exec")
    loaded = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced()}
    bound = {
        symbol.get_name()
        for symbol in table.get_symbols()
        if symbol.is_assigned() or symbol.is_imported()
    }
    if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
        loaded.add(statement.target.id)  # += reads, too
    return loaded | loaded_inside(table), bound


def loaded_inside(table: symtable.SymbolTable) -> set[str]:
    """What functions, lambdas and comprehensions take from the page."""
    found: set[str] = set()
    for child in table.get_children():
        symbols = child.get_symbols()
        found |= {s.get_name() for s in symbols if s.is_global() and s.is_referenced()}
        found |= loaded_inside(child)
    return found

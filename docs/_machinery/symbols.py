"""No symbol from a hidden cell: what a reader sees is made of what a reader has seen.

A visible cell and a value in prose use no name that a hidden cell bound last, nor one from the code
of a figure, which is folded, unless the page lists it in a block `!!! opening`, one item a name:
"- `name`: what it is". Hidden cells draw, they do not define. A solution is read by whoever opens
it, so it uses what a reader has seen, and what it binds serves other solutions only.
"""

import ast
import re
import symtable

import jupytext

from build import build
from values import ELSEWHERE, VALUE, split

DRAWING = {"hide", "figure"}
SCOPES = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
BODIES = ("body", "handlers", "orelse", "finalbody")
OPENING = re.compile(r"^!!! opening.*\n(?:\s*\n)?((?:[ ]{4}.*\n?|\s*\n)+)", re.MULTILINE)
LISTED = re.compile(r"^[ ]{4}- `(\w+)", re.MULTILINE)


def on_nav(nav, **_):
    for file in (page.file for page in nav.pages):
        if file.src_uri.endswith(".py"):
            for complaint in unseen(jupytext.read(file.abs_src_path)):
                build.fail(f"{file.src_uri}, {complaint}")


def unseen(notebook):
    """Yield a complaint for each name that comes from where no reader looks."""
    origin = {}
    for number, cell in enumerate(notebook.cells, 1):
        tags = set(cell.metadata.get("tags", []))
        kind = "drawn" if tags & DRAWING else "solved" if "solution" in tags else "seen"
        used, bound = reading(cell)
        for name in sorted(used) if kind != "drawn" else ():
            where, how = origin.get(name, (0, "seen"))
            if how == "drawn" or (how == "solved" and kind == "seen"):
                yield f"cell {number}: {name} comes from cell {where}, which no reader sees"
        origin |= dict.fromkeys(bound, (number, kind))


def reading(cell):
    """The names that a cell takes from the cells above, and those that it binds."""
    if cell.cell_type == "code":
        try:
            return walk(ast.parse(cell.source).body)
        except SyntaxError:  # the page's run says where
            return set(), set()
    if cell.cell_type != "markdown":
        return set(), set()
    values = (split(found)[0] for found in VALUE.findall(cell.source))
    values = [value for value in values if not ELSEWHERE.fullmatch(value)]
    listed = {name for block in OPENING.findall(cell.source) for name in LISTED.findall(block)}
    return {name for value in values for name in taken(value)} - listed, listed


def taken(value):
    try:
        return walk(ast.parse(value).body)[0]
    except SyntaxError:
        return set()


def walk(statements, known=frozenset()):
    """Statement by statement, and into loops and branches; a function looks when it is called."""
    used, bound, later = set(), set(), set()
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


def bodies(statement):
    for name in BODIES:
        yield from getattr(statement, name, [])


def shell(statement):
    """A loop, a branch or a handler without what stands in it."""
    if isinstance(statement, ast.ExceptHandler):
        target = ast.Name(statement.name, ast.Store()) if statement.name else None
        return ast.With([ast.withitem(statement.type or ast.Constant(0), target)], [ast.Pass()])
    if isinstance(statement, ast.Try | ast.TryStar):
        return ast.Pass()
    emptied = {name: [] for name in statement._fields if name in BODIES}
    return type(statement)(**dict(ast.iter_fields(statement)) | emptied | {"body": [ast.Pass()]})


def names(statement):
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


def loaded_inside(table):
    """What functions, lambdas and comprehensions take from the page."""
    found = set()
    for child in table.get_children():
        symbols = child.get_symbols()
        found |= {s.get_name() for s in symbols if s.is_global() and s.is_referenced()}
        found |= loaded_inside(child)
    return found

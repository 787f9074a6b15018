"""What can be broken in a proof, and what the table says of it; `tools.mutants` runs it."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

# What a term of a bound contains. All other sums are the method's own.
TERM = re.compile(
    r"gamma|slack|hidden|lost|rest|round|vanishing|radius|defect|bound|\boff\b|error|reach|gain"
    r"|tail|norm|abs\(\)|\bU\b|U64|SMALLEST|-500|size|whole|mirror|low|rows|columns|images"
    r"|\b[abcCrt]\b"
)
FACTOR = re.compile(r"SAFETY|math\.sqrt\(2\)|\d+|\(1 - .*\)(\.clamp\(min=0\))?")
Table = dict[str, list[dict[str, str]]]
GUARDS = ("1", "0", "torch.inf")


class StaleError(Exception):
    """An entry of the table that fits nothing any more."""


@dataclass(frozen=True)
class Mutant:
    """A file with one change, and the tests that should notice."""

    file: str
    place: str  # the function, and what the broken statement sets there
    change: str
    source: str
    tests: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.file} {self.place}: {self.change}"


def terms_of(file: str, source: str, tests: tuple[str, ...]) -> Iterator[Mutant]:
    """Every term, factor and guard of a file, broken by itself."""
    for function in ast.walk(ast.parse(source)):
        if isinstance(function, ast.FunctionDef):
            for statement in ast.walk(function):
                if isinstance(statement, ast.Assign | ast.Return | ast.Expr):
                    place = f"{function.name} {_target(statement)}"
                    for node in ast.walk(statement):
                        for change, new in _variants(node):
                            yield Mutant(file, place, change, _replaced(source, node, new), tests)


def _target(statement: ast.Assign | ast.Return | ast.Expr) -> str:
    if isinstance(statement, ast.Assign):
        return ast.unparse(statement.targets[0])
    return type(statement).__name__.lower()


def _variants(node: ast.AST) -> Iterator[tuple[str, str]]:
    """What can be broken here: what is done, and the text that takes the node's place."""
    if isinstance(node, ast.BinOp):
        left, right = ast.unparse(node.left), ast.unparse(node.right)
        factors = [(left, right), (right, left)]
        if isinstance(node.op, ast.Add):
            parts = zip(factors, (node.left, node.right), strict=True)
            for (term, other), part in parts:
                if TERM.search(term) and not _is_sum(part):
                    yield f"drop {term}", other
                    yield f"halve {term}", f"({other}) + ({term}) / 2"
        elif isinstance(node.op, ast.Mult):
            for factor, other in factors:
                if FACTOR.fullmatch(factor):
                    yield f"drop factor {factor}", other
        elif isinstance(node.op, ast.Sub) and TERM.search(right):
            yield f"drop - {right}", left
    elif isinstance(node, ast.Compare) and ast.unparse(node.comparators[0]) in GUARDS:
        guard = ast.unparse(node)
        yield f"open {guard}", f"({guard}) | True"


def _is_sum(node: ast.AST) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add)


def _replaced(source: str, node: ast.AST, new: str) -> str:
    assert isinstance(node, ast.expr)
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    lines = source.encode().splitlines(keepends=True)  # Python counts columns in bytes
    start = sum(map(len, lines[: node.lineno - 1])) + node.col_offset
    end = sum(map(len, lines[: node.end_lineno - 1])) + node.end_col_offset
    code = source.encode()
    return (code[:start] + f"({new})".encode() + code[end:]).decode()


def rules_of(root: Path, table: Table) -> Iterator[Mutant]:
    """The mutants that the table writes down: in this file, this text instead of that."""
    for rule in table.get("rule", []):
        source = (root / rule["file"]).read_text()
        if source.count(rule["old"]) != 1:
            raise StaleError(
                f"{rule['file']} has {rule['old']!r} {source.count(rule['old'])} times"
            )
        broken = source.replace(rule["old"], rule["new"])
        change = f"{rule['old']} → {rule['new']}"
        yield Mutant(rule["file"], "rule", change, broken, tuple(rule["tests"].split()))


def all_mutants(root: Path, table: Table) -> list[Mutant]:
    """Those of the proofs, each once, then the rules."""
    found: dict[str, Mutant] = {}
    for group in table["proof"]:
        for file in group["files"].split():
            source = (root / file).read_text()
            for mutant in terms_of(file, source, tuple(group["tests"].split())):
                found.setdefault(mutant.source, mutant)
    return [*found.values(), *rules_of(root, table)]


def reason(mutant: Mutant, table: Table) -> str | None:
    """Why nothing can show this one, if the table says so."""
    for entry in table.get("listed", []):
        if fits(entry, mutant):
            return entry["why"]
    return None


def fits(entry: dict[str, str], mutant: Mutant) -> bool:
    """Whether an entry, which may leave the file or the place open, speaks of this mutant."""
    return (
        entry["change"] == mutant.change
        and entry.get("file", mutant.file) == mutant.file
        and entry.get("place", mutant.place) == mutant.place
    )


def check_table(mutants: list[Mutant], table: Table) -> None:
    """Raise for a listed survivor that the source does not have any more."""
    for entry in table.get("listed", []):
        if not any(fits(entry, mutant) for mutant in mutants):
            raise StaleError(f"listed, and not in the source: {entry}")


def half_of(mutant: Mutant) -> str:
    """The name of the mutant that halves what this one drops; of none for all others."""
    dropped = mutant.change.removeprefix("drop ")
    return str(replace(mutant, change=f"halve {dropped}")) if dropped != mutant.change else ""

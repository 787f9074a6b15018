"""Break one term of a proof, or one rule, at a time, and see a test fail: python -m tools.mutants.

A mutant drops or halves a term of a bound, drops a factor, or opens a guard. It is written into a
copy of the package, where the tests run until the first one fails. A mutant that no test kills
survives: write the test that kills it, or list it in `mutants.toml` with the reason why nothing
can. Mutants of rules outside the proofs are written down there, too.
"""

import argparse
import ast
import contextlib
import io
import multiprocessing
import os
import re
import shutil
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
AT_ONCE = 2
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


def read_table() -> Table:
    return tomllib.loads((ROOT / "tools/mutants.toml").read_text())


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
        if _fits(entry, mutant):
            return entry["why"]
    return None


def _fits(entry: dict[str, str], mutant: Mutant) -> bool:
    """Whether an entry, which may leave the file or the place open, speaks of this mutant."""
    return (
        entry["change"] == mutant.change
        and entry.get("file", mutant.file) == mutant.file
        and entry.get("place", mutant.place) == mutant.place
    )


def check_table(mutants: list[Mutant], table: Table) -> None:
    """Raise for a listed survivor that the source does not have any more."""
    for entry in table.get("listed", []):
        if not any(_fits(entry, mutant) for mutant in mutants):
            raise StaleError(f"listed, and not in the source: {entry}")


@dataclass(frozen=True)
class Laboratory:
    """Runs the tests in copies of the package; each in a process that has torch loaded already."""

    root: Path

    def run(self, mutants: list[Mutant]) -> tuple[list[Mutant], list[Mutant]]:
        """Run the mutants, and say of each what became of it: those killed, those alive."""
        fates: tuple[list[Mutant], list[Mutant]] = [], []
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["torch", "flint", "plotly.graph_objects", "pytest"])
        with context.Pool(AT_ONCE, maxtasksperchild=1) as pool:
            for mutant, killed in zip(mutants, pool.imap(self.kills, mutants), strict=True):
                print("killed  " if killed else "SURVIVED", mutant, flush=True)
                fates[not killed].append(mutant)
        return fates

    def kills(self, mutant: Mutant) -> bool:
        """Whether a test fails on the mutant, in this process."""
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder).resolve()
            for part in ("gdinverse", "tests/package"):
                ignore = shutil.ignore_patterns("__pycache__")
                shutil.copytree(self.root / part, copy / part, ignore=ignore)
            shutil.copy(self.root / "pyproject.toml", copy)
            (copy / mutant.file).write_text(mutant.source)
            return _tests_fail(copy, mutant)


def _tests_fail(copy: Path, mutant: Mutant) -> bool:
    """Run the tests until the first one fails, on the copy."""
    import pytest

    sys.path.insert(0, str(copy))
    sys.dont_write_bytecode = True
    output, before = io.StringIO(), Path.cwd()
    os.chdir(copy)
    with contextlib.redirect_stdout(output):
        options = ["-xq", "-p", "no:cacheprovider", "--assert=plain", f"--rootdir={copy}"]
        result = pytest.main([*options, *mutant.tests])
    os.chdir(before)
    if result not in (0, 1):
        raise RuntimeError(f"{mutant}\n{output.getvalue()}")
    loaded = sys.modules.get(mutant.file.removesuffix(".py").replace("/", "."))
    if loaded and copy not in Path(loaded.__file__ or "").parents:
        raise RuntimeError(f"the tests ran on {loaded.__file__}")
    return result == 1


def survivors(root: Path, table: Table, only: str = "") -> list[Mutant]:
    """Run all mutants that are not listed, or all whose name contains `only`, and print.

    Half a term first: where a test misses one half, the same test would miss the whole.
    """
    mutants = all_mutants(root, table)
    check_table(mutants, table)
    chosen = [m for m in mutants if (only in str(m) if only else reason(m, table) is None)]
    names = {str(m) for m in chosen}
    laboratory = Laboratory(root)
    tests = tuple({test: None for mutant in chosen for test in mutant.tests})
    if chosen and laboratory.run([unbroken(root, chosen[0], tests)])[0]:
        raise RuntimeError("a test fails on the package as it is, and would kill every mutant")
    killed, alive = laboratory.run([m for m in chosen if _half(m) not in names])
    halves = {str(m) for m in alive}
    more = laboratory.run([m for m in chosen if _half(m) in halves])
    killed, alive = killed + more[0], alive + more[1]
    print(
        f"{len(mutants)} mutants, {len(mutants) - len(chosen)} "
        f"{'not chosen' if only else 'listed with a reason'}, {len(killed)} killed, "
        f"{len(chosen) - len(killed) - len(alive)} killed by half, {len(alive)} survived"
    )
    return alive


def unbroken(root: Path, mutant: Mutant, tests: tuple[str, ...]) -> Mutant:
    """The package as it is, as a mutant that must survive all tests."""
    source = (root / mutant.file).read_text()
    return replace(mutant, place="nothing", change="as it is", source=source, tests=tests)


def _half(mutant: Mutant) -> str:
    """The name of the mutant that halves what this one drops; of none for all others."""
    dropped = mutant.change.removeprefix("drop ")
    return str(replace(mutant, change=f"halve {dropped}")) if dropped != mutant.change else ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="run those whose name contains this, listed too")
    options = parser.parse_args()
    start = time.monotonic()
    alive = survivors(ROOT, read_table(), options.only)
    print(f"{(time.monotonic() - start) / 60:.1f} minutes")
    sys.exit(bool(alive))


if __name__ == "__main__":
    main()

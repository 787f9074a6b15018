"""Break one term of a proof, or one rule, at a time, and see a test fail: python -m tools.mutants.

A mutant drops or halves a term of a bound, drops a factor, or opens a guard. It is written into a
copy of the package, where the tests run until the first one fails. A mutant that no test kills
survives: write the test that kills it, or list it in `mutants.toml` with the reason why nothing
can. Mutants of rules outside the proofs are written down there, too.
"""

import argparse
import contextlib
import io
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path

from tools.mutant_terms import Mutant, Table, all_mutants, check_table, half_of, reason

ROOT = Path(__file__).resolve().parents[1]
AT_ONCE = 2


def read_table() -> Table:
    return tomllib.loads((ROOT / "tools/mutants.toml").read_text())


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
    killed, alive = laboratory.run([m for m in chosen if half_of(m) not in names])
    halves = {str(m) for m in alive}
    more = laboratory.run([m for m in chosen if half_of(m) in halves])
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

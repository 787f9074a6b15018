"""Run every check of the project and total them: `make test`.

Quick gates come first and all run, so that one look shows all that is wrong with the text. The
slow ones follow if nothing has failed until then. Several gates run at a time, the next one as soon
as one has ended. A gate that runs no test has failed.
"""

import os
import shlex
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from tools.setup import BIN, PYTHON, ROOT

# A test runner writes a report of its cases to the path that takes the place of {report}.
PYTEST = "python -m pytest -q --durations=5 --junitxml={report}"
NODE = (
    "node --test --test-reporter=spec --test-reporter-destination=stdout"
    " --test-reporter=junit --test-reporter-destination={report}"
)
# One more than there are cores: a gate waits for its browser, or a server, an eighth of its time.
AT_ONCE = (os.cpu_count() or 1) + 1
SCHEMA = "check-jsonschema --builtin-schema"
CONTRACT = "tests/package/test_contract.py"
PAGES = "tests/browser/test_pages.py"
APART = "reference"  # the pages that are visited by themselves
PLAY = "tests/browser/test_playground.py"
DONE_TO = ("tests/browser/test_behavior.py", "tests/browser/test_moving.py")
ELSEWHERE = " ".join(f"--ignore={file}" for file in (PAGES, PLAY, *DONE_TO))
TRACKED = "tests/floor/test_tracked_files.py"
ONE_PAGE = "tests/docs/test_plants.py::test_the_small_site_is_whole"


@dataclass(frozen=True)
class Gate:
    name: str
    command: str
    slow: bool = False  # after all others
    quick: bool = False  # also in `make quick`


# Each comment says what would slip through without the gate.
GATES = (
    # A value of a type that a caller does not expect. This and the next take longest.
    Gate("types", "python -m mypy", quick=True),
    # A README that does not run, an unpinned package, a path that exists on one machine only.
    Gate("floor", f"{PYTEST} tests/floor"),
    # Mistakes that need no run to be seen: unused names, mutable defaults, shadowed builtins.
    Gate("style", "ruff check", quick=True),
    # Differences of layout, which hide the real ones in a change.
    Gate("layout", "ruff format --check", quick=True),
    # The same for the site's scripts.
    Gate("style of scripts", "node_modules/.bin/biome ci --error-on-warnings", quick=True),
    # Typing mistakes in prose, names and comments.
    Gate("spelling", "typos", quick=True),
    # A workflow that gives its token, or a stranger's text, more power than it needs.
    Gate("workflows: safe", "zizmor --offline --no-progress --quiet --persona=auditor .github"),
    # A workflow that never starts, because a key is misspelled; the same for the two others.
    Gate("workflows: valid", f"{SCHEMA} vendor.github-workflows .github/workflows/*.yml"),
    Gate("updates: valid", f"{SCHEMA} vendor.dependabot .github/dependabot.yml"),
    Gate("citation: valid", f"{SCHEMA} vendor.citation-file-format CITATION.cff"),
    # Browser scripts whose mathematics differ from the package's.
    Gate("scripts", f"{NODE} 'tests/js/**/*.test.js'"),
    # Pages that do not build strictly, or not twice the same; a wrong number in prose, a broken
    # link or anchor. It builds the site, once for all.
    Gate("site", f"{PYTEST} tests/docs", slow=True),
    # Wrong results; and a docstring's example that shows other numbers than it gives.
    Gate("package", f"{PYTEST} gdinverse tests/package", slow=True),
    # A figure that is not drawn, labels that collide, a request that leaves the site, a page that
    # axe finds fault with. In two gates, so that a late one is short.
    Gate("pages", f"{PYTEST} {PAGES} -k 'not {APART}'", slow=True),
    # A figure or a page that does not do what a reader asks of it.
    Gate("behavior", f"{PYTEST} {' '.join(DONE_TO)}", slow=True),
    # A search, a tooltip, an address that leads nowhere, and whatever test has no gate of its own.
    Gate("found", f"{PYTEST} tests/browser {ELSEWHERE}", slow=True),
    # The same as of the other pages.
    Gate("pages apart", f"{PYTEST} {PAGES} -k {APART}", slow=True),
    # A playground that does not.
    Gate("playground", f"{PYTEST} {PLAY}", slow=True),
)
# A docstring's example, an operation that breaks the contract, a cell too wide for its page, a page
# that does not build.
QUICK = Gate(
    "a little of all",
    f"{PYTEST} {TRACKED} gdinverse {CONTRACT} {ONE_PAGE}",
    slow=True,
    quick=True,
)


@dataclass
class Outcome:
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0


def main(arguments: list[str]) -> None:
    """Run all gates, the quick ones, or what pytest finds by other arguments."""
    os.environ["PATH"] = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    gates = chosen(arguments)
    with ThreadPoolExecutor(1) as meanwhile:
        found = None if gates[-1].quick else meanwhile.submit(browser)
        outcomes = side_by_side([gate for gate in gates if not gate.slow])
    if found:
        os.environ["CHROME"] = found.result()
    if not any(outcome.failed for outcome in outcomes.values()):
        with tempfile.TemporaryDirectory() as folder:
            os.environ["GD_SITE"] = f"{folder}/site"
            outcomes |= side_by_side([gate for gate in gates if gate.slow])
    report(gates, outcomes)
    sys.exit(any(outcome.failed for outcome in outcomes.values()))


def chosen(arguments: list[str]) -> Sequence[Gate]:
    if arguments == ["quick"]:
        return [*(gate for gate in GATES if gate.quick), QUICK]
    if arguments:
        return [Gate("chosen", f"{PYTEST} {shlex.join(arguments)}", slow=True)]
    return GATES


def side_by_side(gates: list[Gate]) -> dict[str, Outcome]:
    """Run several at a time, in their order; what a gate says is shown whole when it is done."""
    if len(gates) < 2:
        return {gate.name: run(gate) for gate in gates}
    print(f"\n── {', '.join(gate.name for gate in gates)} …", flush=True)
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(AT_ONCE) as pool:
        files = {gate.name: Path(folder, gate.name) for gate in gates}
        running = {pool.submit(run, gate, files[gate.name]): gate.name for gate in gates}
        for done in as_completed(running):
            name = running[done]
            print(f"\n── {name}\n{files[name].read_text(errors='replace')}", flush=True)
        return {name: future.result() for future, name in running.items()}


def browser() -> str:
    """Find it before the slow gates: an install that fails should not cost their time first."""
    found = subprocess.run([PYTHON, "-m", "tools.browser"], stdout=subprocess.PIPE)
    if found.returncode:
        sys.exit(found.returncode)
    return found.stdout.decode().strip()


def run(gate: Gate, output: Path | None = None) -> Outcome:
    """Judge a test runner by its report, any other gate by its exit status."""
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "report.xml")
        command = gate.command.replace("{report}", str(path))
        with output.open("w") if output else nullcontext() as said:
            done = subprocess.run(command, cwd=ROOT, shell=True, stdout=said, stderr=said)
        if command == gate.command:
            outcome = Outcome(int(done.returncode == 0), int(done.returncode != 0))
        else:
            outcome = judge(done.returncode, path)
    outcome.seconds = time.monotonic() - begin
    return outcome


def judge(status: int, report: Path) -> Outcome:
    """Count the cases; a crash, and a run without a test, count as one that failed."""
    outcome = count(report) if report.exists() else Outcome()
    if outcome.failed == 0 and (status != 0 or outcome.passed == 0):
        print(f"No test ran, or the runner broke off: exit status {status}.")
        outcome.failed = 1
    return outcome


def count(report: Path) -> Outcome:
    cases = list(ET.parse(report).iter("testcase"))
    failed = sum(
        case.find("failure") is not None or case.find("error") is not None for case in cases
    )
    skipped = sum(case.find("skipped") is not None for case in cases)
    return Outcome(len(cases) - failed - skipped, failed, skipped)


def report(gates: Sequence[Gate], outcomes: dict[str, Outcome]) -> None:
    """End with the plain total, alone on its line."""
    print()
    for gate in gates:
        outcome = outcomes.get(gate.name)
        print(f"{gate.name:20}", line(outcome) if outcome else "not run: an earlier gate failed")
    total = [
        sum(getattr(o, what) for o in outcomes.values()) for what in ("passed", "failed", "skipped")
    ]
    print(f"\n{total[0]} passed, {total[1]} failed, {total[2]} skipped")


def line(outcome: Outcome) -> str:
    return (
        f"{outcome.passed:5} passed {outcome.failed:4} failed {outcome.skipped:4} skipped"
        f" {outcome.seconds:7.1f} s"
    )


if __name__ == "__main__":
    main(sys.argv[1:])

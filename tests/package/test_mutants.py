"""The hunt for mutants reports what no test sees, and trusts no table that is out of date."""

from pathlib import Path

import pytest

from tools import mutants
from tools.mutant_terms import StaleError, Table, all_mutants, check_table

PROOF = """
def bound(error, slack, size):
    total = error + slack
    return total if size < 1 else None
"""
TESTS = """
from gdinverse.proof.sums import bound

def test_the_error_counts():
    assert bound(2, 0, 0) >= 2
    assert bound(0, 0, 2) is None
"""
TABLE: Table = {
    "proof": [{"files": "gdinverse/proof/sums.py", "tests": "tests/package/test_sums.py"}]
}
RULE = {
    "file": "gdinverse/rule.py",
    "old": "LIMIT = 1",
    "new": "LIMIT = 2",
    "tests": "tests/package/test_rule.py",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A package whose one test sees one of its two terms, and a rule that its test does not see."""
    for name, text in {
        "gdinverse/__init__.py": "",
        "gdinverse/proof/__init__.py": "",
        "gdinverse/proof/sums.py": PROOF,
        "gdinverse/rule.py": "LIMIT = 1\n",
        "tests/package/test_sums.py": TESTS,
        "tests/package/test_rule.py": "def test_nothing():\n    assert True\n",
        "pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["."]\n',
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_a_term_that_no_test_needs_survives_and_the_others_are_killed(project: Path) -> None:
    alive = mutants.survivors(project, TABLE | {"rule": [RULE]})
    assert [(m.place, m.change) for m in alive] == [
        ("bound total", "halve slack"),
        ("rule", "LIMIT = 1 → LIMIT = 2"),
        ("bound total", "drop slack"),
    ]


def test_a_survivor_with_a_reason_is_not_run_unless_it_is_named(project: Path) -> None:
    listed = [{"change": f"{verb} slack", "why": "a plan"} for verb in ("halve", "drop")]
    assert mutants.survivors(project, TABLE | {"listed": listed}) == []
    alive = mutants.survivors(project, TABLE | {"listed": listed}, only="slack")
    assert [m.change for m in alive] == ["halve slack", "drop slack"]


@pytest.mark.parametrize(
    "stale",
    [
        {"rule": [RULE | {"old": "LIMIT = 7"}]},
        {"rule": [RULE | {"old": "I"}]},  # twice in the file
        {"listed": [{"change": "drop luck", "why": "it is gone"}]},
        {"listed": [{"change": "drop slack", "file": "gdinverse/proof/other.py", "why": "moved"}]},
    ],
)
def test_an_entry_that_fits_nothing_is_an_error(project: Path, stale: Table) -> None:
    with pytest.raises(StaleError):
        mutants.survivors(project, TABLE | stale)


def test_a_package_whose_tests_fail_already_kills_nothing(project: Path) -> None:
    (project / "tests/package/test_rule.py").write_text("def test_bad():\n    assert False\n")
    with pytest.raises(RuntimeError, match="as it is"):
        mutants.survivors(project, TABLE | {"rule": [RULE]})


def test_a_mutant_whose_tests_do_not_run_is_an_error(project: Path) -> None:
    with pytest.raises(RuntimeError):
        mutants.survivors(project, TABLE | {"rule": [RULE | {"tests": "tests/package/none.py"}]})


def test_the_table_fits_the_package_as_it_is() -> None:
    table = mutants.read_table()
    found = all_mutants(mutants.ROOT, table)
    check_table(found, table)
    proofs = set((mutants.ROOT / "gdinverse/proof").glob("[a-z]*.py"))
    assert {mutants.ROOT / mutant.file for mutant in found} >= proofs

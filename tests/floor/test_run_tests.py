"""A check that did not run has not passed."""

import re

import pytest

from tools import run_tests
from tools.run_tests import (
    GATES,
    PYTEST,
    Gate,
    Outcome,
    chosen,
    judge,
    report,
    run,
    side_by_side,
)

SOME = '<testsuite><testcase name="a"/><testcase name="b"><skipped/></testcase></testsuite>'
FAILED = '<testsuite><testcase name="a"/><testcase name="b"><failure/></testcase></testsuite>'
SKIPPED = '<testsuite><testcase name="a"><skipped/></testcase></testsuite>'


@pytest.mark.parametrize(
    ("status", "text", "expected"),
    [
        pytest.param(0, SOME, (1, 0, 1), id="passed"),
        pytest.param(1, FAILED, (1, 1, 0), id="failed"),
        pytest.param(0, SKIPPED, (0, 1, 1), id="all skipped"),
        pytest.param(0, "<testsuite/>", (0, 1, 0), id="no test"),
        pytest.param(5, None, (0, 1, 0), id="no report"),
        pytest.param(139, SOME, (1, 1, 1), id="crashed at the end"),
    ],
)
def test_a_runner_is_judged_by_what_it_ran(tmp_path, status, text, expected):
    path = tmp_path / "report.xml"
    if text is not None:
        path.write_text(text)
    outcome = judge(status, path)
    assert (outcome.passed, outcome.failed, outcome.skipped) == expected


def test_a_folder_without_tests_fails(tmp_path):
    outcome = run(Gate("empty", f"{PYTEST} {tmp_path}"))
    assert (outcome.passed, outcome.failed) == (0, 1)


@pytest.mark.parametrize(("command", "passed"), [("true", 1), ("false", 0)])
def test_any_other_gate_counts_as_one(command, passed):
    outcome = run(Gate("other", command))
    assert (outcome.passed, outcome.failed) == (passed, 1 - passed)


def test_the_last_line_is_the_plain_total(capsys):
    report(GATES, {GATES[0].name: Outcome(passed=3), GATES[1].name: Outcome(2, 1, 4)})
    last = capsys.readouterr().out.splitlines()[-1]
    assert re.fullmatch(r"5 passed, 1 failed, 4 skipped", last)


def test_gates_side_by_side_are_judged_one_by_one_and_show_what_they_say(capsys):
    gates = [Gate("good", "echo fine"), Gate("bad", "echo broken; false")]
    outcomes = side_by_side(gates)
    assert (outcomes["good"].passed, outcomes["bad"].failed) == (1, 1)
    said = capsys.readouterr().out
    assert "fine" in said
    assert "broken" in said


def test_a_gate_begins_when_one_before_it_has_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(run_tests, "AT_ONCE", 2)
    trace = tmp_path / "trace"
    waits = (("long", 0.8), ("short", 0.1), ("next", 0.1))
    gates = [Gate(name, f"sleep {wait}; echo {name} >> {trace}") for name, wait in waits]
    side_by_side(gates)
    assert trace.read_text().split() == ["short", "next", "long"]


def test_a_part_of_the_tests_is_chosen_as_pytest_chooses():
    (gate,) = chosen(["-k", "diagonal or square"])
    assert gate.command == f"{PYTEST} -k 'diagonal or square'"


def test_the_quick_gates_are_some_of_all_and_one_of_their_own():
    quick = chosen(["quick"])
    assert {gate.name for gate in quick} - {gate.name for gate in GATES} == {"a little of all"}
    assert {"style", "types"} <= {gate.name for gate in quick}

"""What the bench measures: counts that theory knows, bounds that are bounds, and no free point."""

import json
import math
import sys
from dataclasses import replace

import pytest
import torch

import gdinverse as gd
from gdinverse.bench import __main__ as command
from gdinverse.bench import bounds, rows, runs
from gdinverse.bench.problems import ALONG, DIAGONAL, MAIN, TRIALS, inverse, sandwich, trials
from gdinverse.bench.runs import GRID, Run, tune, window
from gdinverse.bench.subject import Subject
from tests.package.planted import CentralizesAColumn, DoesNothing, Plain

SGD = torch.optim.SGD
MOMENTUM = Subject(SGD, {"momentum": 0.9})
STORED_COUNTS = [
    (Subject(SGD), "inverse, κ 10", 10**0.25, 713),
    (MOMENTUM, "inverse, κ 10", 10**-0.5, 249),
    (Subject(SGD, {"momentum": 0.9, "nesterov": True}), "inverse, κ 10", 1.0, 205),
    (Subject(torch.optim.Adagrad), DIAGONAL, 10.0, 13),
    (Subject(torch.optim.Adam), "inverse, κ 10", 10**-0.75, 259),
]


def tiny(trial, budget):
    return replace(TRIALS[trial], budget=budget, quick=budget)


def run(subject, make, lr, budget):
    return Run(subject, make(), lr).go(budget)


@pytest.mark.parametrize("case", STORED_COUNTS, ids=lambda case: f"{case[0].name} {case[1]}")
def test_the_counts_of_the_first_run_are_found_again(case):
    subject, name, lr, count = case
    assert run(subject, TRIALS[name].make, lr, 1000).steps == count


@pytest.mark.parametrize("name", TRIALS)
def test_the_start_reaches_no_target_and_who_does_nothing_gets_no_point(name):
    still = run(Subject(DoesNothing), TRIALS[name].make, 0.1, 5)
    assert still.steps is None
    assert still.level == 1.0


def test_a_quadratic_of_the_bench_has_the_spectrum_that_it_names():
    for problem, condition_number in ((sandwich(10.0), 10), (inverse(100.0, rotated=False), 100)):
        h = problem.spectrum().curvature
        assert float(h.max()) == pytest.approx(1)
        assert float(h.max() / h.min()) == pytest.approx(condition_number**2)
        assert float(problem.answer.square().mean()) == pytest.approx(1)
    assert len(sandwich(10.0).spectrum().curvature.log().round(decimals=6).unique()) == 256


def test_the_bound_is_what_conjugate_gradients_take_on_the_matrix_itself():
    problem = sandwich(10.0)
    left = -problem.answer.flatten()
    direction = residual = -problem.H @ left
    first, steps = left @ problem.H @ left, 0
    while left @ problem.H @ left > 1e-12 * first:
        image = problem.H @ direction
        alpha = residual @ residual / (direction @ image)
        left, after = left + alpha * direction, residual - alpha * image
        direction = after + (after @ after) / (residual @ residual) * direction
        residual, steps = after, steps + 1
    assert bounds.least(problem) == steps


def test_no_method_that_combines_gradients_is_below_the_bound():
    quiet = {"tolerance_grad": 0, "tolerance_change": 0}  # no rule of its own to stop
    search = {"max_iter": 1, "max_eval": 25, "line_search_fn": "strong_wolfe"}
    quasi = Subject(torch.optim.LBFGS, search | quiet)
    least = bounds.least(sandwich(10.0))
    taken = run(quasi, TRIALS[MAIN].make, 1.0, 500).evaluations
    assert least <= taken


@pytest.mark.parametrize(
    ("subject", "inside"),
    [
        (Subject(SGD), True),
        (MOMENTUM, True),
        (Subject(torch.optim.LBFGS, {"max_iter": 1}), True),
        (Subject(torch.optim.Adam), False),
        (Subject(torch.optim.Muon), False),
        (Subject(CentralizesAColumn), False),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_who_combines_gradients_is_measured(subject, inside):
    assert bounds.combines(subject) == inside


def test_a_linear_optimizer_is_predicted_by_a_diagonal_problem():
    measured = run(MOMENTUM, TRIALS[MAIN].make, 0.5, 400).steps
    assert bounds.transfer(MOMENTUM, sandwich(10.0), 0.5, 400) == measured
    assert bounds.transfer(MOMENTUM, sandwich(10.0), 0.5, 20) == -1
    assert bounds.transfer(Subject(torch.optim.Adam), sandwich(10.0), 0.1, 20) is None


def test_the_best_estimate_from_noisy_gradients_has_the_error_that_the_floor_names():
    problem = sandwich(10.0, noise=0.1)
    h = problem.spectrum().curvature
    generator = torch.Generator().manual_seed(0)
    answers, noise = torch.randn(2, 200, len(h), generator=generator, dtype=torch.float64)
    seen = h * answers + 0.1 / math.sqrt(500) * noise  # the mean of 500 gradients at 0, negated
    estimate = h * seen / (h.square() + 0.01 / 500)
    error = (estimate - answers).square().mean().sqrt()
    assert float(error) == pytest.approx(bounds.noise_floor(problem, 500), rel=0.02)


def test_the_best_learning_rate_comes_first_and_the_window_is_around_it():
    tried = tune(Subject(torch.optim.Adagrad), tiny(DIAGONAL, 40))
    best, *others = tried
    assert best.evaluations == 13 <= min(r.evaluations for r in others if r.evaluations)
    assert window(tried) == pytest.approx(0.5)
    assert len(tried) == len(GRID) + 2


def test_a_run_that_goes_on_is_the_run_that_was_not_interrupted():
    whole = run(MOMENTUM, TRIALS[MAIN].make, 0.5, 200)
    parts = run(MOMENTUM, TRIALS[MAIN].make, 0.5, 70).go(70).go(200)
    assert parts.curve == whole.curve
    assert len(whole.curve) == 201


def test_a_run_that_goes_on_behind_its_target_keeps_its_counts():
    arrived = run(MOMENTUM, TRIALS["inverse, κ 10"].make, 10**-0.5, 400)
    assert (arrived.steps, arrived.evaluations, len(arrived.curve)) == (249, 249, 250)
    arrived.go(400, after=30)
    assert (arrived.steps, arrived.evaluations, len(arrived.curve)) == (249, 249, 280)


def test_quick_means_the_quick_budgets_whichever_problems_are_named():
    assert [trial.name for trial in trials((), quick=True)] == [MAIN, DIAGONAL]
    assert [trial.budget for trial in trials((ALONG, DIAGONAL), quick=True)] == [1200, 1000]
    assert trials((ALONG,), quick=False) == [TRIALS[ALONG]]
    assert trials((), quick=False) == list(TRIALS.values())


class Signs(Plain):
    def move(self, p, g, group):
        p.sub_(group["lr"] * g.sign())


class Decays(Plain):
    def direction(self, p):
        return p.grad + 0.1 * p.detach()


@pytest.mark.parametrize(
    ("subject", "lrs", "cause"),
    [
        (Subject(Signs), (0.01, 0.1), "a floor proportional to lr"),
        (
            Subject(Decays),
            (0.1,),
            "leaves the answer when put there: a decay, or a pull to the start",
        ),
        (
            Subject(CentralizesAColumn),
            (0.5,),
            "has no step along the gradient that is left: a direction is projected away",
        ),
        (Subject(DoesNothing), (0.1,), "no longer moves"),
        (Subject(SGD), (0.01,), "still falls when the budget ends"),
        (Subject(SGD), (10.0,), "diverges at every lr"),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_the_cause_of_a_run_that_does_not_arrive_is_named(subject, lrs, cause):
    make = TRIALS[MAIN].make
    tried = [run(subject, make, lr, 700) for lr in lrs]
    assert rows.cause(subject, make(), tried) == cause


@pytest.fixture(scope="module")
def short():
    """Two problems with a budget that shows all the ways through the code."""
    with pytest.MonkeyPatch.context() as patch:
        for name, budget in ((MAIN, 20), (DIAGONAL, 15)):
            patch.setitem(TRIALS, name, tiny(name, budget))
        yield


@pytest.fixture(scope="module")
def adagrad(short):
    return gd.bench(torch.optim.Adagrad, quick=True)


def test_a_report_says_what_was_measured(adagrad):
    assert adagrad[DIAGONAL].steps == 13
    assert adagrad[DIAGONAL].bound is None
    assert adagrad[MAIN].steps is None
    assert adagrad.twins == ["torch.optim.Adagrad"]
    assert adagrad.properties["permutation"] is True
    assert adagrad.properties["rotation of all entries"] is False
    assert adagrad.properties["loss × 1,024"] == "the same path"
    assert "13" in repr(adagrad)
    assert f"| {DIAGONAL} | 13" in adagrad.to_markdown()


def test_a_report_is_written_and_read(adagrad, tmp_path):
    path = tmp_path / "reports.json"
    path.write_text(json.dumps({"Adagrad": json.loads(adagrad.to_json())}))
    again = gd.bench.read(path)["Adagrad"]
    assert again.contract == adagrad.contract
    assert repr(again) == repr(adagrad)


def test_a_report_draws_two_figures(adagrad):
    assert gd.figures.svg(adagrad.plot())
    assert gd.figures.svg(adagrad.plot("lr"))


def test_stored_results_stand_beside_every_report(adagrad):
    header = repr(adagrad).splitlines()[1]
    assert header.split()[-3:] == ["SGD", "momentum", "Adam"]


def test_the_command_names_resume_for_nadam_and_exits_with_1(short, monkeypatch, capsys, tmp_path):
    file = tmp_path / "nadam.json"
    monkeypatch.setattr(sys, "argv", ["bench", "torch.optim:NAdam", "--quick", "--json", str(file)])
    assert command.main() == 1
    said = capsys.readouterr().out
    assert "22 of 23 contract tests passed" in said
    assert "NAdam" in json.loads(file.read_text())
    lines = said.split("# resume: ")[1].split("\n", 1)[1].split("\n\n")[0]
    with pytest.raises(AssertionError):
        exec(lines, {})


def test_the_command_exits_with_0_where_the_contract_holds(short, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["bench", "tests.package.planted:Plain", "--quick"])
    assert command.main() == 0


@pytest.mark.parametrize("path", ["torch.optim.Nothing", "torch.optim:Nothing", "no_module:Adam"])
def test_the_command_says_what_it_could_not_find(path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["bench", path])
    with pytest.raises(SystemExit) as stop:
        command.main()
    assert stop.value.code == 2
    assert path.split(":")[0] in capsys.readouterr().err


RECIPE = """\
import pytest, torch, gdinverse as gd
@pytest.mark.parametrize("test", gd.bench.contract(), ids=str)
def test_contract(test): test(torch.optim.NAdam, lr=0.02)
"""


class Watcher:
    """A plugin of pytest that notes what each test came to."""

    def __init__(self):
        self.outcomes = {}

    def pytest_runtest_logreport(self, report):
        if report.when == "call":
            self.outcomes[report.nodeid.split("::")[-1]] = report.outcome


def test_the_recipe_for_pytest_runs_as_it_is_written(tmp_path):
    (tmp_path / "test_mine.py").write_text(RECIPE)
    watcher, root = Watcher(), str(tmp_path)
    pytest.main(["-q", "-p", "no:cacheprovider", "--rootdir", root, root], plugins=[watcher])
    assert watcher.outcomes.pop("test_contract[resume]") == "failed"
    assert watcher.outcomes.pop("test_contract[fused]") == "skipped"
    assert set(watcher.outcomes.values()) == {"passed"}
    assert len(watcher.outcomes) == 22


def test_a_check_of_a_problem_passes_and_fails_by_its_limits(monkeypatch):
    monkeypatch.setattr(runs, "GRID", [10**-0.5])
    monkeypatch.setitem(TRIALS, MAIN, tiny(MAIN, 300))
    assert gd.bench.check(SGD, momentum=0.9, within=5.0).times < 5
    with pytest.raises(AssertionError, match=r"times the bound, 4.0 allowed"):
        gd.bench.check(SGD, momentum=0.9, within=4.0)


def test_a_check_says_what_it_cannot_judge(monkeypatch):
    monkeypatch.setitem(TRIALS, DIAGONAL, tiny(DIAGONAL, 15))
    assert gd.bench.check(torch.optim.Adagrad, DIAGONAL, steps=13).steps == 13
    with pytest.raises(AssertionError, match="13 steps, 12 allowed"):
        gd.bench.check(torch.optim.Adagrad, DIAGONAL, steps=12)
    with pytest.raises(ValueError, match="pass steps= in place of within="):
        gd.bench.check(torch.optim.Adagrad, DIAGONAL, within=5.0)
    with pytest.raises(ValueError, match="take one of"):
        gd.bench.check(SGD, "no such problem")


def test_who_does_nothing_fails_every_check_of_a_problem(monkeypatch):
    for name in (MAIN, DIAGONAL):
        monkeypatch.setitem(TRIALS, name, tiny(name, 5))
        with pytest.raises(AssertionError, match="does not solve"):
            gd.bench.check(DoesNothing, name, steps=100_000)


def test_starts_a_rounding_apart_are_counted(monkeypatch):
    monkeypatch.setattr(rows, "AFTER", 100)
    trial = replace(tiny("inverse, κ 10", 300), starts=3)
    row = rows.row_of(MOMENTUM, trial, combines=True)
    assert row.counts == [249, 249, 249]
    assert row.predicted == row.steps == 249
    assert row.returns is False

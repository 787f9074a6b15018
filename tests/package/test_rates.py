"""Theory against runs: the curve, the step count, the edge."""

import math

import pytest
import torch

import gdinverse as gd

SETTINGS = [
    {"lr": 0.9},
    {"lr": 0.9, "momentum": 0.9},
    {"lr": 0.9, "momentum": 0.5},
    {"lr": 1.9, "momentum": 0.9},
    {"lr": 0.9, "momentum": 0.9, "nesterov": True},
    {"lr": 1.5, "momentum": 0.5, "nesterov": True},
]


def spectra():
    generator = torch.Generator().manual_seed(1)
    for sigma in ([2, 1], [2, 1.5, 1, 0.5], [2, 2, 1, 0.25, 0.2], [1.5] * 3):
        yield gd.matrices.with_singular_values(sigma, generator)
    yield gd.matrices.random_2020()


@pytest.mark.parametrize("options", SETTINGS, ids=str)
def test_the_predicted_curve_is_the_measured_one(options):
    for M in spectra():
        lr = options["lr"] * len(M) ** 2 / 16
        if lr > gd.rates.lr_limit(gd.Inverse(M).modes().curvature, *list(options.values())[1:]):
            continue
        result = gd.inv(
            M, optimizer=torch.optim.SGD, **options | {"lr": lr}, tolerance=1e-8, max_steps=800
        )
        predicted = result.prediction.loss[: len(result.history.loss)]
        drift = result.history.loss.sqrt() / predicted.sqrt() - 1
        assert drift.abs().max() < 1e-5


@pytest.mark.parametrize(
    ("momentum", "nesterov"), [(0.0, False), (0.5, False), (0.9, False), (0.9, True)]
)
def test_predicted_and_measured_step_counts_are_equal_in_25_of_25_runs(momentum, nesterov):
    generator = torch.Generator().manual_seed(int(10 * momentum) + nesterov)
    sigma = 0.5 + 1.5 * torch.rand(25, 4, generator=generator, dtype=torch.float64)
    M = torch.stack([gd.matrices.with_singular_values(s, generator) for s in sigma])
    result = gd.inv(
        M, optimizer=torch.optim.SGD, lr=0.9, momentum=momentum, nesterov=nesterov,
        guess="random", generator=generator, tolerance=1e-8,
    )  # fmt: skip
    assert result.converged.all()
    assert (result.steps == result.prediction.steps).sum() == 25


def test_a_batch_has_the_predictions_of_its_matrices():
    batch = torch.stack([gd.matrices.random_2020(), gd.matrices.diagonal_2020()])
    together = gd.inv(batch, optimizer=torch.optim.SGD, lr=0.9, momentum=0.9, tolerance=1e-6)
    assert together.steps.tolist() == together.prediction.steps.tolist()
    for i, M in enumerate(batch):
        alone = gd.inv(M, optimizer=torch.optim.SGD, lr=0.9, momentum=0.9, tolerance=1e-6)
        assert together[i].prediction.steps == alone.prediction.steps == alone.steps


@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("momentum", [0.1, 0.5, 0.9])
def test_the_edge_is_where_a_root_leaves_the_unit_circle(momentum, nesterov):
    h = torch.tensor([0.5, 0.1], dtype=torch.float64)
    limit = gd.rates.lr_limit(h, momentum, nesterov)
    assert gd.rates.rate(h, limit * 0.999, momentum, nesterov).max() < 1
    assert gd.rates.rate(h, limit * 1.001, momentum, nesterov).max() > 1
    assert math.isclose(gd.rates.rate(h, limit, momentum, nesterov).max(), 1, rel_tol=1e-12)


def test_growth_above_the_edge_is_predicted_to_five_digits():
    problem = gd.Inverse(gd.matrices.random_2020(), guess=gd.matrices.random_2020())
    h = problem.modes().curvature
    lr = 1.001 * gd.rates.lr_limit(h, 0.9)
    result = gd.minimize(problem, torch.optim.SGD, lr=lr, momentum=0.9, max_steps=400)
    growth = (result.history.loss[400] / result.history.loss[300]) ** 0.005
    assert abs(growth / gd.rates.rate(h, lr, 0.9).max() - 1) < 1e-5


def test_inside_the_window_the_rate_is_the_root_of_momentum():
    low, high = gd.rates.window(0.9)
    h = torch.linspace(low, high, 50, dtype=torch.float64)[1:-1]
    assert (gd.rates.rate(h, 1.0, 0.9) - math.sqrt(0.9)).abs().max() < 1e-12


def test_no_other_pair_has_a_better_rate_than_the_best():
    h = gd.Inverse(gd.matrices.random_2020()).modes().curvature
    best = gd.rates.best(h)
    assert math.isclose(best.rate, (18.6650 - 1) / (18.6650 + 1), rel_tol=1e-5)
    for lr in (0.99, 1.0, 1.01):
        for momentum in (0.99, 1.0, 1.01):
            rate = gd.rates.rate(h, lr * best.lr, momentum * best.momentum).max()
            assert rate >= best.rate - 1e-7


def test_the_mean_of_both_products_has_the_rate_of_its_own_hessian():
    M = gd.matrices.random_2020()
    result = gd.inv(
        M, optimizer=torch.optim.SGD, lr=0.9, momentum=0.9, side="both", guess=M, tolerance=1e-6
    )
    h = gd.TwoSidedInverse(M).modes().curvature
    assert h.shape == (16,)
    assert math.isclose(gd.rates.rate(h, 0.9, 0.9).max(), 0.994479, abs_tol=1e-6)
    assert result.prediction.steps is None
    assert gd.rates.first_below(result.prediction.error, 1e-6) == 2422


def test_theory_is_silent_about_adam_and_weight_decay():
    M = gd.matrices.diagonal_2020()
    assert gd.inv(M, optimizer=torch.optim.Adam, max_steps=3).prediction is None
    decayed = gd.inv(M, optimizer=torch.optim.SGD, lr=0.1, weight_decay=0.1, max_steps=3)
    assert decayed.prediction is None


def test_newton_schulz_takes_the_predicted_steps_in_100_of_100_runs():
    generator = torch.Generator().manual_seed(3)
    M = torch.rand(100, 6, 6, generator=generator, dtype=torch.float64)
    M = M[torch.linalg.cond(M) < 1e4]
    assert len(M) > 90
    more = torch.randn(100 - len(M), 6, 6, generator=generator, dtype=torch.float64)
    M = torch.cat((M, more + 6 * torch.eye(6)))
    result = gd.inv(M, optimizer=gd.RelativeGradient, scaled=False, tolerance=1e-8, finish=False)
    assert result.converged.all()
    assert (result.steps == result.prediction.steps).sum() == 100


def test_newton_schulz_is_predicted_where_almost_nothing_is_found_at_first():
    H = gd.matrices.hilbert(8)
    result = gd.inv(H, optimizer=gd.RelativeGradient, scaled=False)
    deviation = result.prediction.loss[: result.steps + 1] / result.history.loss - 1
    assert deviation[:72].abs().max() < 1e-3
    assert gd.rates.first_below(result.prediction.error, 1e-6) == 73


def test_newton_schulz_on_a_singular_matrix_is_predicted_to_its_pseudo_inverse():
    S = torch.arange(1.0, 10).double().reshape(3, 3)
    exact, errors = torch.linalg.pinv(S, rtol=1e-15), []
    result = gd.minimize(
        gd.PseudoInverse(S, guess="transpose"),
        gd.RelativeGradient,
        scaled=False,
        finish=False,
        callback=lambda step, problem: errors.append((problem.X - exact).norm() / exact.norm()),
    )
    assert torch.allclose(result.prediction.loss[:12], result.history.loss[:12], rtol=1e-9)
    assert torch.allclose(
        result.prediction.error[:12], torch.stack(errors)[:12].detach(), rtol=1e-6
    )
    assert math.isclose(result.prediction.loss[-1], 1 / 9)
    assert gd.rates.first_below(result.prediction.error, 1e-6) == 13


@pytest.mark.parametrize("rows", [3, 4])
def test_descent_on_a_matrix_without_full_rank_is_predicted_to_where_it_stays(rows):
    A = torch.arange(1.0, 3 * rows + 1).double().reshape(rows, 3)
    problem = gd.PseudoInverse(A, guess="random", generator=torch.Generator().manual_seed(1))
    curve = gd.rates.predict(problem.modes(), 500, lr=0.01, momentum=0.9).loss
    sgd = torch.optim.SGD(problem.parameters(), lr=0.01, momentum=0.9)
    for predicted in curve:
        assert math.isclose(problem.backward(), predicted, rel_tol=1e-9)
        sgd.step()
    assert math.isclose(curve[-1], 1 / 9, rel_tol=1e-6)


def test_conjugate_gradients_follow_their_curve_until_the_last_mode():
    for M in spectra():
        result = gd.inv(M, optimizer=gd.ConjugateGradient, tolerance=1e-9)
        distinct = len(torch.linalg.svdvals(M).round(decimals=8).unique())
        count = min(distinct, len(result.history.loss))
        predicted = result.prediction.loss[:count]
        assert (result.history.loss[:count] / predicted - 1).abs().max() < 1e-6
        assert result.prediction.loss[distinct] < 1e-12


def test_nothing_that_combines_gradients_is_below_conjugate_gradients():
    below = comparisons = 0
    for seed in range(20):
        generator = torch.Generator().manual_seed(seed)
        M = torch.rand(5, 5, generator=generator, dtype=torch.float64)
        curve = gd.rates.conjugate_gradient(gd.Inverse(M).modes(), 5).loss
        best = gd.rates.best(gd.Inverse(M).modes().curvature)
        for optimizer, options in (
            (torch.optim.SGD, {"lr": 0.9, "momentum": 0.5}),
            (torch.optim.SGD, {"lr": best.lr, "momentum": best.momentum}),
            (torch.optim.SGD, {"lr": 0.5, "momentum": 0.9, "nesterov": True}),
            (torch.optim.LBFGS, {}),
        ):
            problem = gd.Inverse(M)
            losses = gd.minimize(problem, optimizer, max_steps=5, **options).history.loss
            below += int((losses < curve[: len(losses)] * (1 - 1e-9) - 1e-25).sum())
            comparisons += len(losses) - 1
    assert comparisons > 300
    assert below == 0


@pytest.mark.parametrize("sigma", [[2, 1], [3, 2.5, 1.7, 1], [1, 1, 1], [5, 4, 3, 2, 1]], ids=str)
def test_conjugate_gradients_are_below_what_the_condition_number_promises(sigma):
    M = gd.matrices.with_singular_values(sigma, torch.Generator().manual_seed(5))
    losses = gd.rates.conjugate_gradient(gd.Inverse(M).modes(), 4).loss
    promised = gd.rates.chebyshev(max(sigma) / min(sigma), 4)
    assert ((losses / losses[0]).sqrt() <= promised + 1e-12).all()
    assert promised[0] == 1

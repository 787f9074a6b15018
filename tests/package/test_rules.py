"""Each rule by which a run ends, held from both sides: a little looser or tighter is noticed."""

import pytest
import torch

import gdinverse as gd

D, M = gd.matrices.diagonal_2020(), gd.matrices.random_2020()


class Excursion(torch.optim.Optimizer):
    """Descends, but takes a jump of a chosen length at step 3 and back at step 4."""

    def __init__(self, params, length):
        super().__init__(params, {"length": length})
        self.taken = 0

    @torch.no_grad()
    def step(self, closure=None):
        self.taken += 1
        (X,) = self.param_groups[0]["params"]
        if self.taken == 3:
            self.before = X.clone()
            X.add_(self.param_groups[0]["length"])
        elif self.taken == 4:
            X.copy_(self.before)
        else:
            X.sub_(0.45 * X.grad)


@pytest.mark.parametrize(("length", "status"), [(1e14, "converged"), (1e17, "diverged")])
def test_a_loss_may_grow_by_all_but_what_the_dtype_can_undo(length, status):
    """1/ε² is 2e31: between the squares of 1e14 and 1e17."""
    result = gd.inv(D, optimizer=Excursion, length=length, tolerance=1e-6, max_steps=500)
    assert result.status.name == status


def condition(A):
    return float(torch.linalg.cond(A))


def test_conjugate_gradients_go_on_to_the_last_digit_of_a_least_squares_solution():
    """Stopped at ‖A*R‖ ≤ 200 ε‖A‖‖R‖ they would be up to a hundred times farther off."""
    eps, worst = torch.finfo(torch.float64).eps, []
    for seed in range(20):
        g = torch.Generator().manual_seed(seed)
        A = torch.randn(12, 6, generator=g, dtype=torch.float64)
        b = torch.randn(12, 1, generator=g, dtype=torch.float64)
        problem = gd.LeastSquares(A, b, pseudo_inverse=torch.linalg.pinv(A))
        gd.minimize(problem, gd.ConjugateGradient, tolerance=0, finish=False)
        R = b - A @ problem.X.detach()
        worst.append(float((A.mT @ R).norm() / (eps * A.norm() * R.norm())))
    assert max(worst) < 20


def test_conjugate_gradients_leave_nothing_of_a_well_conditioned_residual():
    """Stopped at ‖R‖ ≤ 100 ε‖I‖, some of these would keep 20 ε of it, and more."""
    eps, left = torch.finfo(torch.float64).eps, []
    for seed in range(60):
        g = torch.Generator().manual_seed(seed)
        A = torch.eye(6).double() + 0.15 * torch.randn(6, 6, generator=g, dtype=torch.float64)
        problem = gd.Inverse(A)
        gd.minimize(problem, gd.ConjugateGradient, tolerance=0, finish=False)
        left.append(float((problem.X.detach() @ A - torch.eye(6)).norm()) / eps)
    assert max(left) < 20


def test_conjugate_gradients_go_on_to_the_last_digit_of_a_residual():
    eps = torch.finfo(torch.float64).eps
    for seed in range(20):
        g = torch.Generator().manual_seed(seed)
        A = torch.randn(5, 5, generator=g, dtype=torch.float64)
        problem = gd.Inverse(A)
        gd.minimize(problem, gd.ConjugateGradient, tolerance=0, finish=False)
        left = (problem.X.detach() @ A - torch.eye(5)).norm()
        assert left < 30 * eps * condition(A)
        assert left < 1e-12


@pytest.mark.parametrize(("n", "scaled", "plain"), [(4, 20, 33), (6, 30, 53), (8, 40, 73)])
def test_steps_on_hilbert_matrices_are_those_of_the_safe_range(n, scaled, plain):
    """To ‖I − X M‖ < 1e-6; another range for the estimate l takes another number of steps."""
    for choice, expected in ((True, scaled), (False, plain)):
        problem = gd.Inverse(gd.matrices.hilbert(n), guess="transpose")
        losses = gd.minimize(
            problem, gd.RelativeGradient, scaled=choice, tolerance=0, finish=False, max_steps=90
        ).history.loss
        assert int((n * losses.sqrt() < 1e-6).int().argmax()) == expected


def test_a_run_on_its_floor_is_given_four_steps_and_no_more():
    result = gd.inv(M, optimizer=torch.optim.SGD, lr=0.9, momentum=0.9, guess=M)
    losses = result.history.loss
    assert result.status is gd.Status.floor
    assert int(result.steps) - int(losses.argmin()) == 4


@pytest.mark.parametrize("momentum", [0.5, 0.9, 0.97])
def test_what_oscillates_above_rounding_is_not_on_its_floor(momentum):
    for seed in range(2):
        g = torch.Generator().manual_seed(seed)
        A = torch.randn(4, 4, generator=g, dtype=torch.float64)
        problem = gd.Inverse(A)
        lr = gd.rates.lr_limit(problem.modes().curvature, momentum) / 2
        result = gd.minimize(
            problem, torch.optim.SGD, lr=lr, momentum=momentum, max_steps=30_000, tolerance=0
        )
        bound, rounding = problem.quick_bound(problem().detach())
        assert result.status is not gd.Status.floor or bound <= 2.5 * rounding


def test_nearly_converged_is_not_converged():
    options = {"optimizer": torch.optim.SGD, "lr": 0.9, "momentum": 0.9, "tolerance": 1e-6}
    there = int(gd.inv(M, **options).steps)
    result = gd.inv(M, max_steps=there - 20, **options)
    assert 1e-6 < result.error_bound < 1e-5
    assert result.status is gd.Status.out_of_steps


def test_a_direction_that_the_matrix_cannot_see_gets_64_steps():
    """Within rounding of singular, but not below a sixteenth of it."""
    A = torch.diag(torch.tensor([1.0, 1.0, 3e-16], dtype=torch.float64))
    run = gd.minimize(
        gd.Inverse(A, guess="transpose"), gd.RelativeGradient, tolerance=0, finish=False,
        scaled=False, max_steps=300,
    )  # fmt: skip
    gone = torch.diag(torch.tensor([1.0, 1.0, 0.0], dtype=torch.float64))
    at_once = gd.minimize(
        gd.Inverse(gone, guess="transpose"), gd.RelativeGradient, tolerance=0, finish=False
    )
    assert 60 < int(run.steps) < 90
    assert int(at_once.steps) < 30


def test_an_optimizer_that_stands_is_left_after_forty_to_eighty_steps():
    class Stands(torch.optim.SGD):
        @torch.no_grad()
        def step(self, closure=None):
            return None

    assert 40 <= int(gd.inv(D, optimizer=Stands, lr=0.1).steps) <= 80


def test_a_run_with_a_finish_stops_where_the_finish_can_take_over():
    result = gd.inv(M, optimizer=torch.optim.SGD, lr=0.9, momentum=0.9, finish=True)
    bounds = result.history.error_bound
    goal = torch.finfo(torch.float64).eps ** 0.5 / 4
    assert bounds[-1] <= goal < bounds[-2]


def test_a_large_matrix_of_condition_1e9_is_proven():
    """First steps in float32 fail here: their rounding gives X M eigenvalues below 0."""
    g = torch.Generator().manual_seed(2)
    A = gd.matrices.with_singular_values(torch.logspace(0, -9, 70).tolist(), g)
    assert gd.inv(A).converged
    assert gd.inv(A * 1e40).converged

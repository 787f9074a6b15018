"""What every problem has to fulfill; a new one is found by itself."""

import importlib
import pkgutil

import pytest
import torch

import gdinverse as gd
from gdinverse import operations
from gdinverse.operations.rotation import Rotation

BASES = (gd.Problem, gd.LinearProblem, Rotation)


def found():
    """Every problem in gdinverse/operations that says what its loss is."""
    for module in pkgutil.iter_modules(operations.__path__):
        name = f"gdinverse.operations.{module.name}"
        for kind in vars(importlib.import_module(name)).values():
            own = isinstance(kind, type) and kind.__module__ == name
            if own and issubclass(kind, gd.Problem) and kind not in BASES:
                yield kind


KINDS = sorted(found(), key=lambda kind: kind.__name__)
kinds = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
dtypes = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
linear = pytest.mark.parametrize(
    "kind", [k for k in KINDS if issubclass(k, gd.LinearProblem)], ids=lambda kind: kind.__name__
)


def scattered(problem, size, seed=0):
    """Move every unknown by a random amount."""
    generator = torch.Generator().manual_seed(seed)
    moved = [
        p + size * torch.randn(p.shape, generator=generator, dtype=p.dtype)
        for p in problem.snapshot()
    ]
    problem.restore(moved)
    return problem


def test_the_known_operations_are_found():
    assert {gd.Inverse, gd.PseudoInverse, gd.LinearSystem, gd.LeastSquares} <= set(KINDS)


@kinds
@dtypes
def test_at_the_answer_the_gradient_vanishes_and_no_neighbor_is_lower(kind, dtype):
    problem = kind.example((3,), dtype)
    start = problem()
    problem.to_answer()
    answer = problem.backward()
    eps = torch.finfo(dtype).eps
    assert (start > 100 * answer.clamp(min=eps)).any() or (start > answer + 1e-3).all()
    for p in problem.parameters():
        assert p.grad.abs().max() < 1e4 * eps
    for seed in range(5):
        problem.to_answer()
        assert (scattered(problem, 1e-2, seed)() >= answer - 1e3 * eps).all()


@kinds
@dtypes
def test_the_gradient_in_closed_form_is_the_one_of_autograd(kind, dtype):
    problem = scattered(kind.example((2, 3), dtype), 0.5)
    losses = problem.backward()
    mine = [p.grad.clone() for p in problem.parameters()]
    same = problem()
    assert losses.shape == same.shape == (2, 3)
    assert torch.allclose(losses, same, rtol=1e-4 if dtype == torch.float32 else 1e-12)
    for gradient, p in zip(mine, problem.parameters(), strict=True):
        (expected,) = torch.autograd.grad(problem().sum(), p)
        tolerance = 1e-4 if dtype == torch.float32 else 1e-12
        assert (gradient - expected).abs().max() <= tolerance * (1 + expected.abs().max())


@kinds
def test_one_matrix_has_a_loss_without_dimensions_and_descends_by_hand(kind):
    problem = kind.example((), torch.float64)
    optimizer = torch.optim.SGD(problem.parameters(), lr=1e-3)
    first = problem()
    assert first.shape == ()
    for _ in range(20):
        optimizer.zero_grad()
        problem().backward()
        optimizer.step()
    assert problem() < first


@kinds
@dtypes
def test_snapshot_and_restore_bring_everything_back(kind, dtype):
    problem = kind.example((2,), dtype)
    saved, before = problem.snapshot(), problem().detach()
    scattered(problem, 1.0)
    assert not problem().equal(before)
    problem.restore(saved)
    assert problem().equal(before)


@kinds
def test_a_state_dict_carries_the_run_to_another_problem(kind):
    problem = scattered(kind.example((2,), torch.float64), 0.3)
    other = kind.example((2,), torch.float64)
    other.load_state_dict(problem.state_dict())
    assert other().equal(problem())


@kinds
def test_value_is_detached_and_does_not_follow_the_unknowns(kind):
    problem = kind.example((2,), torch.float64)
    value = problem.value()
    parts = value if isinstance(value, tuple) else (value,)
    copies = [part.clone() for part in parts]
    scattered(problem, 1.0)
    assert not any(part.requires_grad for part in parts)
    assert all(part.equal(copy) for part, copy in zip(parts, copies, strict=True))


@linear
@dtypes
def test_the_bounds_hold_near_and_far(kind, dtype):
    for size in (1e-1, 1e-3, 1e-6, 0.0):
        problem = kind.example((20,), dtype)
        problem.to_answer()
        scattered(problem, size)
        exact = problem.exact()
        error = (problem.value().double() - exact).norm(dim=(-2, -1)) / exact.norm(dim=(-2, -1))
        error = error - 1e-13  # torch's answer is not exact either
        quick, rounding = problem.quick_bound(problem().detach())
        assert (problem.error_bound() >= error).all()
        assert (quick >= error)[quick < 1].all()
        assert (rounding <= quick).all()
        if dtype == torch.float64 and size in (1e-3, 1e-6):
            assert (problem.error_bound() < 100 * error).all()
        if size <= 1e-3:
            assert (problem.finish() <= 2 * torch.finfo(dtype).eps).all()


@linear
def test_the_adjoint_is_the_adjoint(kind):
    problem = kind.example((3,), torch.float64)
    generator = torch.Generator().manual_seed(1)
    X = torch.randn(problem.X.shape, generator=generator, dtype=torch.float64)
    image = problem.map(X)
    R = torch.randn(image.shape, generator=generator, dtype=torch.float64)
    assert torch.allclose((image * R).sum((-2, -1)), (X * problem.adjoint(R)).sum((-2, -1)))
    assert (image.norm(dim=(-2, -1)) <= problem.map_norm() * X.norm(dim=(-2, -1))).all()


@linear
def test_the_modes_add_up_to_loss_and_error(kind):
    problem = scattered(kind.example((3,), torch.float64), 0.5)
    modes = problem.modes()
    loss = modes.floor + 0.5 * (modes.curvature * modes.weight).sum(-1)
    assert torch.allclose(loss, problem().detach())
    exact = problem.exact()
    squared = (problem.value() - exact).square().sum((-2, -1))
    assert torch.allclose(modes.answer_norm, exact.norm(dim=(-2, -1)))
    if exact.shape[-1] == exact.shape[-2] or kind in (gd.LinearSystem, gd.LeastSquares):
        assert torch.allclose(modes.weight.sum(-1), squared)


@linear
def test_a_batch_runs_as_its_matrices_alone(kind):
    batch = kind.example((4,), torch.float64)
    together = gd.minimize(batch, gd.ConjugateGradient)
    assert together.converged.all()
    for i in range(4):
        alone = kind.example((4,), torch.float64)
        for name, buffer in list(alone.named_buffers()):
            if buffer.dim() == 3:
                alone.register_buffer(name, buffer[i])
        alone.X = torch.nn.Parameter(alone.X[i].detach().clone())
        result = gd.minimize(alone, gd.ConjugateGradient)
        assert (result.value - together[i].value).abs().max() < 1e-12
        assert abs(int(result.steps) - int(together.steps[i])) <= 1

"""What every problem has to keep, as checks that a problem's class passes or fails.

A check takes the class and a dtype, and raises an AssertionError. `test_contract` runs all on all
problems that are found; `test_contract_catches_lies` runs them on planted liars.
"""

import copy
import io
import math
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest import mock

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

import gdinverse as gd
from tests.package.kinds import Kind, movable, optimizer_of, parts, run, scattered
from tests.package.truth import true_errors

FAR, NEAR = (1e-1, 1e-2, 1e-3), (1e-5, 1e-7)


def fresh(kind: Kind, optimizer: type[torch.optim.Optimizer], dtype: torch.dtype) -> gd.Problem:
    """The example as a reader would make it, where its optimizer needs no more than that."""
    problem = kind.example((4,), dtype)
    return kind(*problem.given) if optimizer is gd.RelativeGradient else problem


# ── Bounds ─────────────────────────────────────────────────────────────────────────────────────


def bounds_hold(kind: Kind, dtype: torch.dtype) -> None:
    """Tight and quick bound are at least the true error: far, near, at the answer, after a run."""
    for size in (*FAR, *NEAR, 0.0):
        problem = kind.example((4,), dtype)
        problem.to_answer()
        _judge(scattered(problem, size, seed=int(-math.log10(size or 1e-9))), str(size))
        problem.to_answer()
        problem.restore([p * (1 - size) for p in problem.snapshot()])
        _judge(problem, f"shrunk by {size}")
    problem = kind.example((4,), dtype)
    result = run(problem)
    _judge(problem, "after a run")
    error = true_errors(problem)
    assert (result.error_bound.reshape(-1) >= error).all(), "the result's bound is below its error"


def _judge(problem: gd.Problem, where: str) -> None:
    error = true_errors(problem)
    tight = problem.error_bound().reshape(-1)
    assert (tight >= error).all(), f"{where}: bound {tight} is below the error {error}"
    quick, rounding = (part.reshape(-1) for part in problem.quick_bound(problem().detach()))
    shown = quick < 1  # a history shows no other
    assert (quick >= error)[shown].all(), f"{where}: quick bound {quick} is below {error}"
    assert (rounding <= quick)[shown].all(), f"{where}: more rounding than bound"


def bounds_say_something(kind: Kind, dtype: torch.dtype) -> None:
    """A bound of inf is no lie, and no use: near the answer it is within a factor of the error."""
    if not movable(kind):
        return
    problem = kind.example((4,), dtype)
    problem.to_answer()
    scattered(problem, 1e-3)
    assert (problem.error_bound().reshape(-1) < 1e4 * true_errors(problem)).all()


def a_run_proves_the_example(kind: Kind, dtype: torch.dtype) -> None:
    optimizer = optimizer_of(kind)[0]
    result = run(fresh(kind, optimizer, dtype))
    if optimizer is torch.optim.SGD:
        assert (result.history.loss[-1] < result.history.loss[0]).all()
        return
    assert result.converged.all(), f"{[s.name for s in result.status]}, {result.error_bound}"


def every_bound_of_a_run_holds(kind: Kind, dtype: torch.dtype) -> None:
    """At every step, against the answer that history.error was asked to compare with."""
    problem = kind.example((4,), dtype)
    history = run(problem, true_error=True).history
    slack = 1e-13 if dtype == torch.float64 else 1e-6
    shown = history.error_bound.isfinite() & ~history.error.isnan()
    assert (history.error_bound + slack >= history.error)[shown].all()


# ── Loss, gradient, value ──────────────────────────────────────────────────────────────────────


def the_answer_is_a_minimum(kind: Kind, dtype: torch.dtype) -> None:
    problem, eps = kind.example((3,), dtype), torch.finfo(dtype).eps
    start = problem()
    problem.to_answer()
    answer = problem.backward()
    assert (start > 100 * answer.clamp(min=eps)).any() or (start > answer + 1e-3).all()
    for p in problem.parameters():
        assert p.grad.abs().max() < 1e4 * eps
    for seed in range(5):
        problem.to_answer()
        assert (scattered(problem, 1e-2, seed)() >= answer - 1e3 * eps).all()


def the_gradient_is_that_of_autograd(kind: Kind, dtype: torch.dtype) -> None:
    problem = scattered(kind.example((2, 3), dtype), 0.5)
    losses = problem.backward()
    mine = [p.grad.clone() for p in problem.parameters()]
    tolerance = 1e-4 if dtype == torch.float32 else 1e-12
    assert losses.shape == problem().shape == (2, 3)
    assert torch.allclose(losses, problem(), rtol=tolerance)
    for gradient, p in zip(mine, problem.parameters(), strict=True):
        (expected,) = torch.autograd.grad(problem().sum(), p)
        assert (gradient - expected).abs().max() <= tolerance * (1 + expected.abs().max())


def a_reader_s_own_loop_descends(kind: Kind, dtype: torch.dtype) -> None:
    problem = kind.example((), dtype)
    optimizer = torch.optim.SGD(problem.parameters(), lr=1e-3)
    first = problem()
    assert first.shape == ()
    for _ in range(20):
        optimizer.zero_grad()
        problem().backward()
        optimizer.step()
    assert problem() < first


def the_value_is_its_own(kind: Kind, dtype: torch.dtype) -> None:
    """Detached, and it does not follow the unknowns."""
    problem = kind.example((2,), dtype)
    value = parts(problem.value())
    copies = [part.clone() for part in value]
    scattered(problem, 1.0)
    assert not any(part.requires_grad for part in value)
    assert all(part.equal(copy) for part, copy in zip(value, copies, strict=True))


def a_state_is_carried(kind: Kind, dtype: torch.dtype) -> None:
    problem = kind.example((2,), dtype)
    saved, before = problem.snapshot(), problem().detach()
    scattered(problem, 0.3)
    other = kind.example((2,), dtype)
    other.load_state_dict(problem.state_dict())
    assert other().equal(problem())
    problem.restore(saved)
    assert problem().equal(before)


def results_are_data(kind: Kind, dtype: torch.dtype) -> None:
    result = run(kind.example((2,), dtype))
    kept = io.BytesIO()
    torch.save(result, kept)
    kept.seek(0)
    for other in (
        pickle.loads(pickle.dumps(result)),
        copy.deepcopy(result),
        torch.load(kept, weights_only=False),
    ):
        assert other.status == result.status
        assert all(a.equal(b) for a, b in zip(parts(other.value), parts(result.value), strict=True))
        if result.prediction is not None:
            assert other.prediction.loss.equal(result.prediction.loss)


# ── Theory ─────────────────────────────────────────────────────────────────────────────────────


def runs_go_as_predicted(kind: Kind, dtype: torch.dtype) -> None:
    """The whole curve, and the number of steps where theory gives one."""
    if dtype == torch.float32:
        return  # rounding shows too early to compare curves
    settings = [optimizer_of(kind)]
    if hasattr(kind, "deviation"):
        settings += [(gd.RelativeGradient, {"scaled": False})]
    if kind.modes is not gd.Problem.modes:
        h = kind.example((4,), dtype).modes().curvature
        lr = gd.rates.lr_limit(h, 0.5) / 3
        settings += [(torch.optim.SGD, {"lr": lr, "momentum": 0.5})]
    for optimizer, options in settings:
        options = {"tolerance": 1e-6, "max_steps": 3000} | options
        result = gd.minimize(fresh(kind, optimizer, dtype), optimizer, **options)
        theory = result.prediction
        if theory is None:
            continue
        measured = result.history.loss
        count = min(len(measured), len(theory.loss))
        ratio = theory.loss[:count].sqrt() / measured[:count].sqrt()
        running = (torch.arange(count)[:, None] <= result.steps) & (measured[:count] > 1e-20)
        assert running.any(), f"{optimizer.__name__}: nothing to compare"
        drift = (ratio - 1)[running].abs().max()
        assert drift < 1e-4, f"{optimizer.__name__} {options}: the curve differs by {drift:.1e}"
        if theory.steps is not None:
            assert theory.steps.equal(result.steps), (
                f"{optimizer.__name__}: {theory.steps} predicted"
            )


def the_adjoint_is_the_adjoint(kind: Kind, dtype: torch.dtype) -> None:
    if not hasattr(kind, "map"):
        return
    problem, g = kind.example((3,), torch.float64), torch.Generator().manual_seed(1)
    X = torch.randn(problem.X.shape, generator=g, dtype=torch.float64)
    image = problem.map(X)
    R = torch.randn(image.shape, generator=g, dtype=torch.float64)
    assert torch.allclose((image * R).sum((-2, -1)), (X * problem.adjoint(R)).sum((-2, -1)))
    assert (image.norm(dim=(-2, -1)) <= problem.map_norm() * X.norm(dim=(-2, -1))).all()


def modes_add_up_to_the_loss(kind: Kind, dtype: torch.dtype) -> None:
    problem = scattered(kind.example((3,), torch.float64), 0.5)
    modes = problem.modes()
    if modes is not None:
        loss = modes.floor + 0.5 * (modes.curvature * modes.weight).sum(-1)
        assert torch.allclose(loss, problem().detach())


# ── Neighbors, and bad input ───────────────────────────────────────────────────────────────────


def rebuilt(problem: gd.Problem, given: list[Tensor], unknowns: list[Tensor]) -> gd.Problem:
    """The same kind of problem for other matrices, at a chosen place."""
    other = type(problem)(*given)
    other.restore(unknowns)
    return other


def spoiled(problem: gd.Problem) -> list[list[Tensor]]:
    """The first matrix's input as nan, as ones, as zeros, and far out of scale."""
    given = [part[0] for part in problem.given]
    big = 1e150 if given[0].dtype == torch.float64 else 1e18
    return [
        [torch.full_like(g, torch.nan) for g in given],
        [torch.ones_like(given[0]), *given[1:]],
        [torch.zeros_like(given[0]), *given[1:]],
        [given[0] * big, *given[1:]],
    ]


def a_batch_is_what_each_would_be_alone(kind: Kind, dtype: torch.dtype) -> None:
    """With every optimizer, and beside nan, singular, zero and huge neighbors."""
    if not movable(kind):
        return
    example = kind.example((2,), dtype)
    start = example.snapshot()
    bad = spoiled(example)
    given = [torch.stack([*part, *(b[k] for b in bad)]) for k, part in enumerate(example.given)]
    places = [torch.cat([p, p[:1].expand(len(bad), *p.shape[1:])]) for p in start]
    settings = [
        optimizer_of(kind),
        (torch.optim.Adam, {"lr": 0.01}),
        (torch.optim.SGD, {"lr": 0.01}),
    ]
    for optimizer, options in settings:
        options = options | {"max_steps": 60 if optimizer is optimizer_of(kind)[0] else 10}
        batch = rebuilt(example, given, places)
        together = gd.minimize(batch, optimizer, **options)
        assert together[2].status is gd.Status.not_finite
        for i in range(2):
            alone = rebuilt(example, [g[i] for g in example.given], [p[i] for p in start])
            _same(gd.minimize(alone, optimizer, **options), together[i], optimizer.__name__)


def _same(alone: gd.Result, beside: gd.Result, name: str) -> None:
    assert alone.status is beside.status, f"{name}: {alone!r} alone, {beside!r} in a batch"
    assert abs(int(alone.steps) - int(beside.steps)) <= 1, f"{name}: {alone!r}, {beside!r}"
    eps = torch.finfo(parts(alone.value)[0].dtype).eps
    for a, b in zip(parts(alone.value), parts(beside.value), strict=True):
        assert (a - b).abs().max() <= 1e4 * eps * a.abs().max(), name


def bad_input_has_a_status(kind: Kind, dtype: torch.dtype) -> None:
    """nan and inf are named; singular and zero input prove nothing false; scale does not matter."""
    if not movable(kind):
        return
    example = kind.example((1,), dtype)
    nan, ones, zeros, _ = spoiled(example)
    unknowns = [p[0] for p in example.snapshot()]
    assert run(rebuilt(example, nan, unknowns)).status is gd.Status.not_finite
    inf = [g.clone() for g in nan]
    inf[0] = torch.full_like(inf[0], torch.inf)
    assert run(rebuilt(example, inf, unknowns)).status is gd.Status.not_finite
    for given in (ones, zeros):
        problem = rebuilt(example, given, unknowns)
        result = run(problem, max_steps=300)
        if result.converged:
            exact = parts(problem.exact())
            assert all(part.isfinite().all() for part in exact)
            assert not result.error_bound > 0 or problem.error_from(problem.exact()) <= 1e-2


def scale_does_not_matter(kind: Kind, dtype: torch.dtype) -> None:
    if optimizer_of(kind)[0] is torch.optim.SGD:
        return  # its lr belongs to one scale
    example = kind.example((1,), dtype)
    big = 150 if dtype == torch.float64 else 15
    for exponent in (-big, big):
        given = [g[0] for g in example.given]
        given[0] = given[0] * 10.0**exponent
        result = run(type(example)(*given))
        assert result.converged, f"1e{exponent}: {result!r}"


# ── Honesty ────────────────────────────────────────────────────────────────────────────────────

FORBIDDEN = ("inv_ex", "pinv", "svd", "eigh", "eig", "lstsq", "lu_solve", "cholesky")


class _NoLibrary(TorchDispatchMode):
    """LAPACK's answers are not to be had while this is on."""

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        name = func.name().split("::")[-1].split(".")[0].lstrip("_").removeprefix("linalg_")
        assert name not in FORBIDDEN, f"a run looked at {name}"
        return func(*args, **(kwargs or {}))


@contextmanager
def no_peeking(kind: Kind) -> Iterator[None]:
    """The exact answer cannot be asked for."""

    def refused(*_: object) -> None:
        raise AssertionError("a run looked at the exact answer")

    with (
        mock.patch.object(kind, "exact", refused),
        mock.patch.object(kind, "to_answer", refused),
    ):
        yield


def unproven(problem: gd.Problem) -> Tensor:
    """No bound: a proof may solve something with a library's help, a step may not."""
    return torch.full(problem.finite().shape, torch.inf, dtype=torch.float64)


def a_run_never_looks_at_the_answer(kind: Kind, dtype: torch.dtype) -> None:
    problem = kind.example((2,), dtype)
    given = [g[0] for g in problem.given]
    problems = [problem]
    if movable(kind):
        problems += [type(problem)(*given), type(problem)(*spoiled(problem)[1])]
    with no_peeking(kind):
        for each in problems:
            run(each, max_steps=30)
            with _NoLibrary(), mock.patch.object(kind, "error_bound", unproven):
                run(each, max_steps=30, finish=False)


CHECKS: tuple[Callable[[Kind, torch.dtype], None], ...] = (
    bounds_hold,
    bounds_say_something,
    a_run_proves_the_example,
    every_bound_of_a_run_holds,
    the_answer_is_a_minimum,
    the_gradient_is_that_of_autograd,
    a_reader_s_own_loop_descends,
    the_value_is_its_own,
    a_state_is_carried,
    results_are_data,
    runs_go_as_predicted,
    the_adjoint_is_the_adjoint,
    modes_add_up_to_the_loss,
    a_batch_is_what_each_would_be_alone,
    bad_input_has_a_status,
    scale_does_not_matter,
    a_run_never_looks_at_the_answer,
)

"""One verdict: the call and the loop say the same of every matrix."""

import math

import pytest
import torch

import gdinverse as gd
from tests.package import families
from tests.package.exact import exact, rational, squared_norm

SCALES = (1.0, 1e150, 1e-150, 1e300, 1e-300, 1e-310)


def matrices():
    g = torch.Generator().manual_seed(2)
    for name, draw in families.ALL.items():
        yield name, draw(4, g)
    yield "ones", torch.ones(3, 3).double()
    yield "zero", torch.zeros(3, 3).double()
    yield "nan", torch.full((2, 2), math.nan).double()
    yield "wide range", torch.diag(torch.tensor([1e160, 1e-160])).double()
    for scale in SCALES:
        yield f"2020 times {scale}", gd.matrices.random_2020() * scale


def same(a, b):
    assert a.status is b.status
    assert a.steps == b.steps
    assert a.value.equal(b.value) or (a.value.isnan() == b.value.isnan()).all()
    assert a.error_bound == b.error_bound
    assert a.history.loss.nan_to_num(7.0).equal(b.history.loss.nan_to_num(7.0))


@pytest.mark.parametrize(("name", "M"), list(matrices()), ids=lambda what: str(what)[:30])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
def test_inv_and_minimize_give_one_status_value_and_bound(name, M, dtype):
    M = M.to(dtype)
    same(gd.inv(M), gd.minimize(gd.Inverse(M), gd.RelativeGradient))


@pytest.mark.parametrize("optimizer", [gd.ConjugateGradient, gd.RelativeGradient])
def test_solve_lstsq_and_pinv_are_their_problem_minimized(optimizer):
    A, b = gd.matrices.random_2020(), torch.arange(4.0).double()
    tall = A[:, :2]
    same(gd.pinv(tall, optimizer=optimizer), gd.minimize(gd.PseudoInverse(tall), optimizer))
    if optimizer is gd.RelativeGradient:
        by_hand = gd.minimize(gd.LinearSystem(A, b[:, None]), optimizer)
        result = gd.solve(A, b)
        assert result.value.equal(by_hand.value[:, 0])
        assert result.error_bound == by_hand.error_bound
        assert result.history.loss.equal(by_hand.history.loss)


def test_the_history_of_a_solution_is_its_own():
    """The loss that solve records is that of A x − b, at the x of that step."""
    A, b = gd.matrices.random_2020(), torch.arange(4.0).double()[:, None]
    seen = []
    problem = gd.LinearSystem(A, b)
    result = gd.minimize(
        problem,
        gd.RelativeGradient,
        callback=lambda step, p: seen.append(float((A @ p.X.detach() - b).square().mean())),
    )
    assert torch.allclose(result.history.loss, torch.tensor(seen, dtype=torch.float64), rtol=1e-12)
    assert len(seen) == int(result.steps) + 1


@pytest.mark.parametrize("scale", [1e-8, 1.0, 1e8, 2.0**40])
def test_a_distance_bounds_what_the_witness_loses_at_every_scale(scale):
    for M in (torch.arange(1.0, 10).double().reshape(3, 3) / 10, gd.matrices.hilbert(13)):
        for result in (gd.inv(M * scale), gd.pinv(M * scale)):
            v = exact(result.witness[:, None])
            image = squared_norm(exact(M * scale) * v) / squared_norm(v)
            assert rational(float(result.distance)) ** 2 >= image


def test_rows_in_far_units_are_no_singularity_for_any_operation():
    """Of row-scaled systems, as many are solved as are inverted: all, here in both dtypes."""
    g = torch.Generator().manual_seed(3)
    for dtype, spread in ((torch.float64, 40), (torch.float32, 20)):
        M = torch.randn(60, 4, 4, generator=g, dtype=torch.float64)
        e = torch.randint(-spread, spread + 1, (60, 4, 1), generator=g)
        A, b = torch.ldexp(M, e).to(dtype), torch.rand(60, 4, 1, generator=g).to(dtype)
        for result in (gd.inv(A), gd.solve(A, b), gd.lstsq(A, b), gd.pinv(A)):
            assert result.converged.all(), [s.name for s in result.status]


def test_answers_that_the_dtype_holds_are_found_however_far_the_entries_are_apart():
    for values, dtype in (
        ([1e20, 1e-20], torch.float32),
        ([1e160, 1e-160], torch.float64),
        ([1e300, 1e-10], torch.float64),
        ([1e-200, 1.0, 1e200], torch.float64),
    ):
        result = gd.inv(torch.diag(torch.tensor(values, dtype=dtype)))
        assert result.converged, (values, result)
        assert result.steps < 200


def test_nan_or_inf_on_either_side_is_not_finite():
    A = gd.matrices.random_2020()
    for bad in (math.nan, math.inf):
        b = torch.tensor([1.0, bad, 0.0, 2.0]).double()
        for result in (gd.solve(A, b), gd.lstsq(A[:, :2], b), gd.lstsq(A[:2], b[:2])):
            assert result.status is gd.Status.not_finite


def test_an_answer_of_zero_has_a_word_of_its_own():
    result = gd.lstsq([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]], [0.0, 0.0, 1.0])
    assert result.status is gd.Status.vanishing
    assert not result.value.any()
    assert gd.lstsq([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]], [0.0, 0.0, 0.0]).converged

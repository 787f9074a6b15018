"""Solving, least squares and refining: each term where it alone carries the claim, exactly."""

import itertools
import math
from collections.abc import Iterator
from functools import partial

import flint
import pytest
import torch
from torch import Tensor

from gdinverse import proof
from gdinverse.proof import distance, least_squares, linear
from gdinverse.proof.refine import Step, refined
from tests.package.exact import Exact, exact, is_bound, rational, squared_norm, true_pseudo_inverse
from tests.package.worst import WorstProducts, blurred

SIGNS = (1, -1)
STEPS = (linear._solve_step, least_squares.lstsq_step)
THIRD = 1 / 3


def ones(m: int, n: int, of: float = 1.0) -> Tensor:
    return torch.full((m, n), of, dtype=torch.float64)


def randn(*shape: int, seed: int) -> Tensor:
    g = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=g, dtype=torch.float64)


def off_by(x: Tensor, off: float, seed: int) -> Tensor:
    return x * (1 + off * randn(*x.shape, seed=seed))


def systems() -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """A, an approximate left inverse of any quality, and right-hand sides as rows."""
    for seed, (n, off) in enumerate(((1, 1e-3), (3, 1e-12), (2, 0.2))):
        A = randn(n, n, seed=seed) + 2 * torch.eye(n)
        yield A, off_by(torch.linalg.inv(A), off, seed + 9), randn(1, n, seed=seed + 50)
    for r in (0.2, 0.9):  # all of R, and of the error, in one direction
        flat = ones(4, 4, of=r / 4)
        yield torch.eye(4, dtype=torch.float64), torch.eye(4) - flat, ones(1, 4)
    for r in (0.0, 0.25):  # where each term is all that there is
        yield ones(1, 1, of=-2), ones(1, 1, of=(r - 1) / 2), ones(1, 1)
    nearly = torch.tensor([[1.0, 1.0], [1.0, 1.0 + 2.0**-20]], dtype=torch.float64)
    yield nearly, torch.linalg.inv(nearly), torch.tensor([[1.0, -1.0]], dtype=torch.float64)


def weighted(system: linear.System, off: Exact) -> Exact:
    """weight·off for a row, judged exactly."""
    rows = zip(system.weight[0].tolist(), off.entries(), strict=True)
    return Exact(1, off.ncols(), [rational(w) * x for w, x in rows])


def norm_at_most(A: Exact, bound: float) -> bool:
    return bound == math.inf or squared_norm(A) <= rational(bound) ** 2


def test_what_an_approximate_inverse_proves_of_a_system_contains_every_rounding() -> None:
    for A, P, _ in systems():
        system = linear.system_of(A, P)
        R = exact(torch.eye(len(A))) - exact(system.P) * exact(system.A)
        r, gain = squared_norm(R), rational(float(system.gain))
        assert r <= (gain / (1 + gain)) ** 2
        weights = system.weight.mT.expand(len(A), len(A))
        weighted_R = [
            rational(w) * x for w, x in zip(weights.flatten().tolist(), R.entries(), strict=True)
        ]
        assert sum(x * x for x in weighted_R) <= (rational(float(system.reach)) / (1 + gain)) ** 2
    for k in range(3, 40, 2):  # 1 − fl(1/k) k is 0 in float64, and is not 0
        A = torch.tensor([[float(k)]], dtype=torch.float64)
        system = linear.system_of(A, 1 / A)
        r = abs(1 - rational(float(system.P)) * rational(float(system.A)))
        assert r <= rational(float(system.gain))


@pytest.mark.parametrize("r", [1.0, 1.5, 3.0])
def test_an_approximate_inverse_that_is_too_far_off_proves_nothing(r: float) -> None:
    A = torch.eye(2, dtype=torch.float64)
    system = linear.system_of(A, (1 + r) * A)
    assert system.gain == system.reach == math.inf
    b, singular = torch.zeros(2, 1, dtype=torch.float64), ones(2, 2)
    for finish in (proof.solve_finish, proof.lstsq_finish):
        assert finish(b, singular, b, A)[1] == math.inf  # x = 0 is a solution, and not the only one
        value, bound = finish(b + 1, singular, b + 2, A)
        assert bound == math.inf
        assert torch.equal(value, b + 1)


def test_the_answer_to_zero_is_zero_and_nothing_else_is() -> None:
    A, zero = torch.eye(2, dtype=torch.float64), torch.zeros(2, 1, dtype=torch.float64)
    assert proof.solve_bound(zero, A, zero, A) == 0
    assert proof.solve_bound(zero, A, zero + 1, A) > 0.99
    assert proof.solve_bound(zero + 1, A, zero, A) > 0.99


@pytest.mark.parametrize("sign", SIGNS)
def test_a_product_contains_its_rounding_and_what_is_hidden_in_its_factor(sign: int) -> None:
    a, B = ones(1, 32, of=THIRD), ones(32, 1, of=THIRD)
    for slack in (torch.zeros_like(a), ones(1, 32, of=1e-3)):
        with WorstProducts(sign):
            c, hidden = linear.product(a, slack, B)
        for truth in (exact(a) + exact(slack), exact(a) - exact(slack)):
            off = truth * exact(B) - exact(c)
            assert abs(off[0, 0]) <= rational(float(hidden))


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("blur", [0.0, 2.0**-8])
def test_a_step_bounds_the_error_of_an_iterate_in_two_parts(
    step: linear.Step, sign: int, blur: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a residual that is off by its slack, and one that is nearly exact; near and far."""
    for module in (linear, least_squares):
        measure = blurred(proof.doubled_residual, blur, sign)
        monkeypatch.setattr(module, "doubled_residual", measure)
    for A, P, b in systems():
        with WorstProducts(sign):
            system = linear.system_of(A, P)
            answer = exact(b) * true_pseudo_inverse(system.A).transpose()
            near = torch.tensor([[_nearest(x) for x in answer.entries()]], dtype=torch.float64)
            starts = [near, torch.zeros_like(b)]
            if blur:  # a computed residual of zero, or a gradient of zero, which hides all slack
                starts.append(near + sign * blur * torch.linalg.inv(system.A).sum(-1))
                back = 1 / float(system.A[0, 0])
                starts.append(near - sign * blur * (back - 1) * back)
            for start in starts:
                low = 2.0**-54 * start
                _, error = step(system, b, start, low)
                off = weighted(system, answer - exact(start) - exact(low))
                assert norm_at_most(off, float(error))
            high, rest, error = refined(partial(step, system, b), near, 2, system.weight, -1)
            off = weighted(system, answer - exact(high) - exact(rest))
            assert norm_at_most(off, float(error))


def _nearest(x: flint.fmpq) -> float:
    return float(flint.arb(x).mid())


FINISHES = [(3, 3), (4, 2), (2, 4)]


@pytest.mark.parametrize("shape", FINISHES)
@pytest.mark.parametrize(("sign", "blur"), [(1, 0.0), (1, 2.0**-12), (-1, 2.0**-12)])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_a_finish_is_right_when_products_and_residuals_are_at_their_worst(
    shape: tuple[int, int],
    sign: int,
    blur: float,
    dtype: torch.dtype,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in (linear, least_squares):
        measure = blurred(proof.doubled_residual, blur, sign)
        monkeypatch.setattr(module, "doubled_residual", measure)
    A, b = randn(*shape, seed=1).to(dtype), randn(shape[0], 1, seed=9).to(dtype)
    plus = true_pseudo_inverse(A)
    finishes = [proof.lstsq_finish, proof.solve_finish][: 1 + (shape == (3, 3))]
    for off, passes in itertools.product((1e-12, 0.1), (0, 2)):
        P = off_by(torch.linalg.pinv(A.double()), off, 2)
        with WorstProducts(sign):
            value, bound = proof.pinv_finish(P, A, passes)
        assert is_bound(float(bound), value, plus)
        for finish in finishes:
            with WorstProducts(sign):
                value, bound = finish(P @ b.double(), A, b, P, passes)
            assert is_bound(float(bound), value, plus * exact(b))


@pytest.mark.parametrize("sign", SIGNS)
def test_a_witness_counts_what_its_residual_hides(
    sign: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    blur = 2.0**-10
    monkeypatch.setattr(distance, "doubled_residual", blurred(proof.doubled_residual, blur, sign))
    for image in (0.0, 2.0**-10, -(2.0**-10), 0.5):
        A, v = torch.tensor([[0.5, image - 0.5]]).double(), ones(2, 1)
        assert proof.image_bound(A, v) ** 2 >= image**2 / 2


def test_a_witness_of_a_subnormal_matrix_is_bounded_from_above() -> None:
    subnormal = ones(1, 2, of=5e-324)
    assert proof.image_bound(subnormal[:, :1], ones(1, 1)) >= 5e-324
    assert proof.image_bound(subnormal, torch.tensor([[1.0], [0.4]])) > 5e-324  # in truth 1.3 of it


def test_an_answer_below_the_smallest_number_is_no_proof_and_leaves_what_was_given() -> None:
    tiny, x = torch.tensor([[1e-20]]), torch.tensor([[1e-40]])
    A = torch.tensor([[1e30]])
    value, bound = proof.solve_finish(x, A, tiny, 1 / A)
    assert torch.equal(value, x)
    assert bound == math.inf
    wide = torch.cat((A, A), 1)
    value, bound = proof.lstsq_finish(torch.cat((x, x)), wide, tiny, torch.linalg.pinv(wide))
    assert torch.equal(value, torch.cat((x, x)))
    assert bound == math.inf


def test_a_pseudo_inverse_that_is_better_and_still_unproven_is_left_as_it_was() -> None:
    A = torch.eye(3, 2, dtype=torch.float64)
    P = torch.tensor([[1.1, 0.0, 0.0], [0.0, 0.05, 0.0]], dtype=torch.float64)
    value, bound = proof.pinv_finish(P, A)
    assert torch.equal(value, P)
    assert bound == math.inf


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("blur", [0.0, 2.0**-10])
def test_a_product_with_a_pseudo_inverse_counts_what_hides_in_it(
    sign: int, blur: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    exactly, blurry = proof.doubled_residual, blurred(proof.doubled_residual, blur, sign)

    def measure(target: Tensor, *rest: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        return (exactly if target.dim() else blurry)(target, *rest)  # the last product's is 0

    monkeypatch.setattr(least_squares, "doubled_residual", measure)
    A = torch.tensor([[3.0, 4.0]], dtype=torch.float64)
    value, bound = proof.lstsq_finish(A.mT / 25, A, ones(1, 1), A.mT / 25)
    assert is_bound(float(bound), value, true_pseudo_inverse(A))
    assert (bound > 1e-4) == (blur > 0)


def test_an_error_of_a_pseudo_inverse_is_multiplied_by_the_right_hand_side(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(least_squares, "REFINEMENTS", 0)
    A, P = torch.eye(1, 2, dtype=torch.float64), torch.tensor([[1 + 2.0**-10], [0.0]]).double()
    for b in (ones(1, 1), ones(1, 1, of=1.75)):
        value, bound = proof.lstsq_finish(P @ b, A, b, P, passes=0)
        assert is_bound(float(bound), value, true_pseudo_inverse(A) * exact(b))
        assert bound < 2.0**-9


def of_root(low_is: float = 1.0, first: float | None = None) -> Step:
    """Newton's step to √2, and |x − √2| = |x² − 2|/(x + √2) ≤ |x² − 2|/x."""

    def step(high: Tensor, low: Tensor) -> tuple[Tensor, Tensor]:
        square = proof.Ball.exact(high, low)
        excess = square @ square - proof.Ball.exact(torch.full_like(high, 2.0))
        error = excess.norm / high[..., 0, 0]
        return -excess.high / (2 * high), error if first is None else torch.full_like(error, first)

    return step


def two_parts_are_near_root_two(high: Tensor, low: Tensor, error: Tensor) -> bool:
    x, e = rational(float(high)) + rational(float(low)), rational(float(error))
    return (x - e) ** 2 <= 2 <= (x + e) ** 2


@pytest.mark.parametrize("start", [1.0, 1.5, 1.41421356])
def test_a_refinement_reaches_the_last_digit_of_both_dtypes(start: float) -> None:
    X = torch.tensor([[start]])
    assert two_parts_are_near_root_two(*refined(of_root(), X.double(), 6))
    for dtype, digit in ((torch.float64, 1.2e-16), (torch.float32, 6e-8)):
        value, bound = proof.refine(of_root(), X, dtype, passes=6)
        assert value.dtype == dtype
        assert bound < digit
        x, e = rational(float(value)), rational(float(bound))
        assert (x / (1 + e)) ** 2 <= 2 <= (x / (1 - e)) ** 2


def test_a_refinement_counts_what_rounding_lost_and_what_is_unknown() -> None:
    X = torch.tensor([[1 + 2.0**-40]], dtype=torch.float64)

    def knows(error: float, low: float = 0.0) -> Step:
        def step(high: Tensor, rest: Tensor) -> tuple[Tensor, Tensor]:
            return torch.full_like(high, low), torch.where(rest == low, error, 2 * error + 1)[0, 0]

        return step

    assert proof.refine(knows(0.25), X, torch.float64, passes=0)[1] >= 0.25 / 1.25
    assert proof.refine(knows(0.0), X, torch.float32)[1] >= 2.0**-40 / (1 + 2.0**-40)
    value, bound = proof.refine(knows(0.0, low=2.0**-54), X, torch.float64)
    assert torch.equal(value, X)
    assert bound > 2.0**-54.001


@pytest.mark.parametrize("bad", [math.nan, -1.0, -math.inf, math.inf])
def test_a_bound_that_is_no_bound_proves_nothing(bad: float) -> None:
    X = torch.tensor([[1.5]])
    value, bound = proof.refine(of_root(first=bad), X, torch.float64)
    assert bound == math.inf
    assert value == 1.5


def test_a_bad_neighbor_in_a_batch_harms_no_refinement() -> None:
    X = torch.tensor([1.5, math.nan, 1.0, -1.0, math.inf, 0.0, 1e200, 1.41421356]).view(-1, 1, 1)
    value, bound = proof.refine(of_root(), X.double(), torch.float64, passes=6)
    for i in range(len(X)):
        alone, alone_bound = proof.refine(of_root(), X[i].double(), torch.float64, passes=6)
        assert torch.equal(value[i].nan_to_num(9), alone.nan_to_num(9))
        assert float(bound[i]) == pytest.approx(float(alone_bound), rel=1e-12)
    assert bound.isfinite().tolist() == [True, False, True, False, False, False, False, True]

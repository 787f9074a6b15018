"""Each term of a proof is needed: inputs on which that term alone carries the claim.

All claims are judged in exact rational arithmetic. `tools.mutants` drops the terms in turn.
"""

import math

import flint
import pytest
import torch
from torch import Tensor

from gdinverse import proof
from gdinverse.proof import error_free, inverse
from tests.package.exact import (
    Exact,
    exact,
    is_bound,
    rational,
    squared_norm,
    true_inverse,
)
from tests.package.worst import WorstProducts, blurred

SIGNS = (1, -1)
THIRD = 1 / 3  # a number with many digits


def ones(m: int, n: int | None = None, of: float = 1.0) -> Tensor:
    return torch.full((m, n or m), of, dtype=torch.float64)


def randn(*shape: int, seed: int) -> Tensor:
    g = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=g, dtype=torch.float64)


def eye(n: int) -> Tensor:
    return torch.eye(n, dtype=torch.float64)


def norm_at_most(A: Exact, bound: float) -> bool:
    return bound == math.inf or squared_norm(A) <= rational(bound) ** 2


def each_at_most(A: Exact, bounds: Tensor) -> bool:
    return all(
        b == math.inf or abs(x) <= rational(b)
        for x, b in zip(A.entries(), bounds.flatten().tolist(), strict=True)
    )


def test_gamma_is_its_formula() -> None:
    u = flint.fmpq(1, 2**53)
    for k in (1, 2, 10, 1000, 10**6):
        off = rational(proof.gamma(k)) / (k * u / (1 - k * u)) - 1
        assert abs(off) < 4 * u


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("size", [1.0, 1e-160, 0.75 * 2.0**-537, 1.2 * 2.0**-537, 3e-200])
def test_a_norm_is_on_its_side_when_squares_vanish_and_roundings_add_up(
    size: float, sign: int
) -> None:
    for n in (1, 40):
        x = ones(n, of=size)
        with WorstProducts(sign):
            up, down = float(proof.norm_up(x)), float(proof.norm_down(x))
        assert rational(up) ** 2 >= squared_norm(exact(x))
        assert down <= 0 or rational(down) ** 2 <= squared_norm(exact(x))


def test_a_quotient_of_bounds_is_never_negative_and_never_nan() -> None:
    values = torch.tensor([1.0, 0.0, -1.0, math.inf, -math.inf, math.nan])
    for a in values:
        for b in values:
            quotient = float(error_free.over(a, b))
            if 0 <= a < math.inf and b > 0:
                assert quotient >= float(a / b)
            else:
                assert quotient == math.inf
    half, one = torch.tensor(0.5), torch.tensor(1.0)
    assert error_free.relative(half, one) >= 1  # the answer may be half as large
    assert error_free.relative(one, one) == error_free.relative(2 * one, one) == math.inf


def test_a_norm_that_overflows_is_known_to_be_at_least_nothing() -> None:
    for bad in (1e200, math.inf, math.nan):
        assert proof.norm_down(ones(2, of=bad)) == 0
        assert not proof.norm_up(ones(2, of=bad)) < math.inf


def test_a_product_of_two_numbers_is_held_by_two() -> None:
    a, b = randn(200, seed=1), randn(200, seed=2)
    p, e = error_free.two_product(a, b)
    for x, y, high, low in zip(*(t.tolist() for t in (a, b, p, e)), strict=True):
        assert rational(x) * rational(y) == rational(high) + rational(low)


def equal_slices(n: int) -> float:
    """A number whose three slices are about equal in size, for inner dimension n."""
    bits = (53 - math.ceil(math.log2(n))) // 2
    return 0.75 + 0.4 * 2.0**-bits + 0.4 * 2.0 ** (-2 * bits)


SMALL = 2.0**-600
RESIDUALS: dict[str, tuple[Tensor, ...]] = {
    "one sign": (ones(1, of=0), ones(1, 32, equal_slices(32)), ones(32, 1, equal_slices(32))),
    "thirds": (ones(2, of=0), ones(2, 16, THIRD), ones(16, 2, THIRD)),
    "zero": (ones(1), ones(1, of=THIRD), ones(1, of=3.0)),
    "target alone": (ones(1), ones(1, of=2.0**-70), ones(1)),
    "all vanishes": (ones(1, of=0), ones(1, of=SMALL), ones(1, of=SMALL * THIRD)),
    "a row vanishes": (
        ones(2, 1, of=0),
        torch.tensor([[2.0**600], [THIRD * 2.0**-980]], dtype=torch.float64),
        ones(1, of=2.0**400),
    ),
    "a column vanishes": (
        ones(1, 2, of=0),
        ones(1, of=2.0**400),
        torch.tensor([[2.0**600, THIRD * 2.0**-980]], dtype=torch.float64),
    ),
    "a row rounds": (
        ones(2, 1, of=0),
        torch.tensor([[2.0**600], [1.5 * 2.0**-974]], dtype=torch.float64),
        ones(1, of=2.0**400),
    ),
    "a column rounds": (
        ones(1, 2, of=0),
        ones(1, of=2.0**400),
        torch.tensor([[2.0**600, 1.5 * 2.0**-974]], dtype=torch.float64),
    ),
    "low alone": (
        ones(1, of=0),
        ones(1, 3, of=0),
        randn(3, 1, seed=3),
        SMALL * randn(1, 3, seed=4),
    ),
    "graded": (
        randn(4, 4, seed=5),
        randn(4, 4, seed=6) * 2.0 ** -torch.arange(0, 120, 30).double(),
        randn(4, 4, seed=7) * 2.0 ** torch.arange(0, 120, 30).double(),
    ),
    "subnormal": (ones(2, of=3e-310), 1e-160 * randn(2, 2, seed=8), 1e-152 * randn(2, 2, seed=9)),
}
for i in range(40):  # the product is lost in one rounding of the target, and cancels nothing
    RESIDUALS[f"below the target {i}"] = (
        1 + randn(1, 1, seed=i).abs(),
        2.0**-26 * randn(1, 1, seed=50 + i),
        2.0**-27 * randn(1, 1, seed=100 + i),
    )
for i in range(4):
    A, B = randn(3, 16, seed=20 + i), randn(16, 3, seed=30 + i)
    RESIDUALS[f"cancellation {i}"] = (A @ B, A, B)


@pytest.mark.parametrize("measure", [proof.doubled_residual, proof.plain_residual])
@pytest.mark.parametrize("sign", [0, *SIGNS])
def test_the_slack_of_a_residual_contains_every_rounding(measure: object, sign: int) -> None:
    for name, (target, left, right, *low) in RESIDUALS.items():
        with WorstProducts(sign):
            high, rest, slack = measure(target, left, right, *low)
        whole = exact(left) + exact(low[0]) if low else exact(left)
        off = exact(target) - whole * exact(right) - exact(high) - exact(rest)
        assert each_at_most(off, slack), name


def test_a_residual_in_doubled_precision_hides_only_what_three_slices_cannot_hold() -> None:
    A, B = randn(4, 16, seed=1), randn(16, 4, seed=2)
    assert proof.doubled_residual(A @ B, A, B)[2].max() < 2.0**-84


def series(R: Exact, X: Tensor) -> Exact:
    """(I − R)⁻¹ X, the inverse that X and R speak of."""
    return (exact(eye(len(X))) - R).inv() * exact(X)


CORRECTIONS = {  # R as computed, its slack, and X; all of one sign, in which no norm is generous
    "a large tail": (ones(4, of=0.7 / 4), ones(4, of=0), ones(4)),
    "slack alone": (ones(4, of=0), ones(4, of=0.6 / 4), ones(4)),
    "both": (ones(4, of=0.3 / 4), ones(4, of=0.4 / 4), ones(4)),
    "mostly slack": (ones(4, of=0.01 / 4), ones(4, of=0.9 / 4), ones(4)),
    "rounding alone": (ones(32, of=THIRD * 2.0**-60), ones(32, of=0), ones(32, of=THIRD)),
}


@pytest.mark.parametrize("terms", [1, 2])
@pytest.mark.parametrize("name", CORRECTIONS)
@pytest.mark.parametrize("sign", SIGNS)
def test_the_rest_of_a_correction_contains_what_its_series_leaves_out(
    name: str, terms: int, sign: int
) -> None:
    R, slack, X = CORRECTIONS[name]
    weight = ones(len(X), 1)
    with WorstProducts(sign):
        C, rest = inverse._correction(R, slack, X, weight, terms)
    assert rest < math.inf
    for truth in (exact(R) + exact(slack), exact(R) - exact(slack)):
        off = series(truth, X) - exact(X) - exact(C)
        assert norm_at_most(off, float(rest))


def test_a_correction_may_be_proven_in_the_norm_as_given() -> None:
    R = torch.tensor([[0.0, 4.0], [0.0, 0.5]], dtype=torch.float64)
    weight = torch.tensor([[2.0**-5], [1.0]], dtype=torch.float64)
    C, rest = inverse._correction(R, ones(2, of=0), eye(2), weight, terms=1)
    off = series(exact(R), eye(2)) - exact(eye(2)) - exact(C)
    weights = Exact(2, 2, [rational(2.0**-5), 0, 0, 1])
    assert rest < math.inf
    assert norm_at_most(weights * off, float(rest))
    contracts = inverse._correction(R / 8, ones(2, of=0), eye(2), weight, terms=1)[1]
    assert contracts < rest


@pytest.mark.parametrize("r", [1.0, 1.5, 3.0])
def test_a_residual_of_norm_one_or_more_proves_nothing(r: float) -> None:
    R, zero, weight = ones(4, of=r / 4), ones(4, of=0), ones(4, 1)
    assert inverse._correction(R, zero, ones(4), weight, terms=2)[1] == math.inf
    assert inverse._correction(zero, R, ones(4), weight, terms=2)[1] == math.inf
    X = (1 + r) * eye(2)
    assert proof.inverse_bound(X, eye(2)) == math.inf
    value, bound = proof.finish(X, eye(2))
    assert bound == math.inf
    assert torch.equal(value, X)


def test_a_residual_of_zero_in_float64_does_not_mean_an_exact_inverse() -> None:
    for k in range(3, 60, 2):
        M = torch.tensor([[float(k)]])
        X = 1 / M.double()
        assert is_bound(float(proof.inverse_bound(X, M)), X, true_inverse(M))


@pytest.mark.parametrize("off", [1e-6, 0.3, 0.6])
def test_a_bound_counts_the_correction_and_what_the_correction_leaves(off: float) -> None:
    """The error is in one direction and the size in another, so that no other term covers it."""
    M = torch.tensor([[1.0, 0.0], [0.0, 0.01]], dtype=torch.float64)
    X = torch.tensor([[1.0 - off, 0.0], [0.0, 100.0]], dtype=torch.float64)
    assert is_bound(float(proof.inverse_bound(X, M)), X, true_inverse(M))


def test_a_bound_counts_what_a_residual_of_zero_hides(monkeypatch: pytest.MonkeyPatch) -> None:
    blur = 0.25
    measure = blurred(proof.doubled_residual, blur, -1)
    monkeypatch.setattr(inverse, "doubled_residual", measure)
    X = ones(1, of=1 - blur)
    assert is_bound(float(proof.inverse_bound(X, ones(1))), X, true_inverse(ones(1)))


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("plain", [True, False])
@pytest.mark.parametrize("far", [0.0, 1e-6, 0.1])
def test_a_pass_bounds_both_its_value_and_what_it_holds_in_two_parts(
    dtype: torch.dtype, plain: bool, far: float
) -> None:
    for seed in range(40):
        M = (1 + 0.9 * randn(1, 1, seed=seed).tanh()).to(dtype)
        X = (1 + far) / M.double()
        more = 1 / rational(float(M)) - rational(float(X))  # what X could not hold
        scaled = inverse.scaled_by_rows(X, M)
        low = (far == 0) * float(flint.arb(more)) * error_free.power_of_two(-scaled.e)
        after, rest, relative, value, bound = inverse._pass(scaled, low, dtype, plain)
        assert is_bound(float(bound), value, true_inverse(M))
        kept = value.double() * error_free.power_of_two(-scaled.e)
        known = rational(float(relative)) * rational(float(proof.norm_down(kept)))
        off = true_inverse(after.M) - exact(after.X) - exact(rest)
        assert squared_norm(off) <= known**2

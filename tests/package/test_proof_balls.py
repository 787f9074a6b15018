"""The result of an operation on balls contains that operation on all their members, exactly."""

import itertools
import math
from collections.abc import Iterator

import flint
import pytest
import torch
from torch import Tensor

from gdinverse import proof
from gdinverse.proof import Ball, over
from gdinverse.proof.refine import Step
from tests.package import families
from tests.package.exact import Exact, exact, rational, squared_norm
from tests.package.test_proof_terms import eye, ones, randn
from tests.package.worst import WorstProducts

SIGNS = (0, 1, -1)
HALF = flint.fmpq(1, 2)
SLICED = 0.75 + 0.4 * 2.0**-24 + 0.4 * 2.0**-48  # its three slices are about equal, for n = 32


def ball(high: Tensor, low: float = 0.0, radius: float = 0.0, seed: int = 0) -> Ball:
    """Parts relative to `high`, with many digits; where they are 1 in size, of one sign."""
    lows = low * high * (1 + 0.1 * randn(*high.shape, seed=seed))
    return Ball(high, lows, radius * high.abs())


def members(x: Ball) -> Iterator[Exact]:
    """The corners of the ball that are extreme for one sign, and one inside."""
    for share in (1, -1, flint.fmpq(1, 3)):
        yield exact(x.high) + exact(x.low) + share * exact(x.radius)


def contains(x: Ball, member: Exact) -> bool:
    off = member - exact(x.high) - exact(x.low)
    return all(
        r == math.inf or abs(e) <= rational(r)
        for e, r in zip(off.entries(), x.radius.flatten().tolist(), strict=True)
    )


U = 2.0**-53
RADII = (0.0, 2.0**-120, 0.25)
LOWS = (0.0, 0.4 * U, 2.0**-20)
PAIRS = {
    "one sign": (ones(1, 32, SLICED), ones(32, 1, SLICED)),
    "random": (randn(3, 4, seed=1), randn(4, 3, seed=2)),
    "graded": (
        randn(2, 3, seed=3) * 2.0 ** torch.tensor([0.0, -40.0, -300.0]).double(),
        randn(3, 2, seed=4) * 2.0 ** torch.tensor([[0.0], [40.0], [300.0]]).double(),
    ),
    "vanishing": (2.0**-600 * randn(2, 3, seed=5), 2.0**-500 * randn(3, 2, seed=6)),
    "subnormal": (1e-310 * randn(2, 2, seed=7), randn(2, 2, seed=8)),
    "cancellation": (torch.cat((ones(2, 2), -ones(2, 2)), -1), ones(4, 2) / 3),
}


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("sign", SIGNS)
def test_a_product_of_balls_contains_the_products_of_their_members(name: str, sign: int) -> None:
    for low, radius in itertools.product(LOWS, RADII):
        A, B = (ball(x, low, radius, seed=9 + i) for i, x in enumerate(PAIRS[name]))
        nothing = ball(PAIRS[name][0]), ball(PAIRS[name][1])
        for a, b in ((A, B), (A, nothing[1]), (nothing[0], B)):
            with WorstProducts(sign):
                c = a @ b
            for x, y in itertools.product(members(a), members(b)):
                assert contains(c, x * y), (name, low, radius)


def test_a_product_of_exact_matrices_has_twice_the_digits() -> None:
    A, B = Ball.exact(randn(8, 8, seed=1)), Ball.exact(randn(8, 8, seed=2))
    assert (A @ B).radius.max() < 2.0**-90
    assert ((A @ B) @ A).radius.max() < 2.0**-85
    assert (A * (1 / 3)).radius.max() < 2.0**-102


SUMS = [
    *((ball(x, low, r, 1), ball(y.mT, low, r, 2)) for x, y in PAIRS.values() for low in LOWS
      for r in RADII),
    *((x, -x) for x in (ball(randn(3, 3, seed=3), 2.0**-20, 0.25),)),
]  # fmt: skip
for i in range(20):  # the low parts round, and then cancel against what the high parts lost
    tail = 2.0**-54 * (1 + randn(4, 4, seed=i).abs() * 2.0**-30)
    SUMS.append((
        Ball(eye(4) * 0 + 1, tail, 0 * tail),
        Ball(eye(4) * 0 - 2.0**-54, 2.0**-30 * tail * randn(4, 4, seed=99 + i), 0 * tail),
    ))  # fmt: skip
    SUMS.append((Ball.exact(randn(4, 4, seed=i)), ball(randn(4, 4, seed=i + 50), 2.0**-75)))


def test_sums_and_differences_of_balls_contain_those_of_their_members() -> None:
    for a, b in SUMS:
        total, difference = a + b, a - b
        for x, y in itertools.product(members(a), members(b)):
            assert contains(total, x + y)
            assert contains(difference, x - y)


@pytest.mark.parametrize("factor", [0.5, -3.0, 1 / 3, 1e-300, 0.0])
def test_a_multiple_of_a_ball_contains_the_multiples_of_its_members(factor: float) -> None:
    for a, _ in SUMS:
        scaled = a * factor
        assert all(contains(scaled, x * rational(factor)) for x in members(a))


def test_a_multiple_contains_the_rounding_of_low_parts_that_cancel() -> None:
    for seed in range(20):
        high, c = randn(5, 5, seed=seed), randn(5, 5, seed=seed + 50)
        lost = proof.error_free.two_product(high, c)[1]
        for low in (-lost / c, -lost / c * (1 + 2.0**-30), 2.0**-30 * lost):
            a = Ball.exact(high, low)
            entries = zip((exact(high) + exact(low)).entries(), exact(c).entries(), strict=True)
            assert contains(a * c, Exact(5, 5, [x * y for x, y in entries]))


def test_transposed_parts_and_wider_balls_contain_what_they_say() -> None:
    for high in (randn(3, 3, seed=1), 1e-300 * randn(3, 3, seed=2), ones(3, 3)):
        for low, radius in itertools.product(LOWS, RADII):
            a = ball(high, low, radius)
            wider = a.widened(torch.tensor(0.5).double())
            for x in members(a):
                assert contains(a.mT, x.transpose())
                assert contains(a.sym, (x + x.transpose()) * HALF)
                assert contains(a.skew, (x - x.transpose()) * HALF)
                for corner in (HALF, -HALF):
                    assert contains(wider, x + Exact(3, 3, [corner] + 8 * [0]))


def test_a_norm_of_a_ball_is_not_below_that_of_any_member() -> None:
    zero, one = 0 * ones(3, 3), ones(3, 3, 1 / 3)
    for parts in itertools.product((zero, one), repeat=3):
        for x in members(Ball(*parts)):
            assert rational(float(Ball(*parts).norm)) ** 2 >= squared_norm(x)
    for bad in (math.inf, -math.inf, math.nan):
        for i in range(3):
            parts = [one, one, one.clone()]
            parts[i] = bad * one
            assert Ball(*parts).norm == math.inf
            assert Ball(*parts).lowest == -math.inf


def is_below_all_eigenvalues(bound: Tensor, S: Exact) -> bool:
    """Whether S − bound·I is positive semidefinite; a tiny shift makes its minors positive."""
    n, shift = S.nrows(), rational(float(bound)) - flint.fmpq(1, 2**200)
    shifted = S - shift * exact(eye(n))
    minors = (
        Exact(k, k, [shifted[i, j] for i in range(k) for j in range(k)]) for k in range(1, n + 1)
    )
    return all(minor.det() > 0 for minor in minors)


@pytest.mark.parametrize("size", [0.0, 2.0**-60, 2.0**-54, 0.05])
def test_the_lowest_eigenvalue_is_not_above_that_of_any_member(size: float) -> None:
    J, zero = ones(4, 4), 0 * ones(4, 4)
    for middle in (eye(4), 1.5 * eye(4), randn(4, 4, seed=1) + 3 * eye(4), -eye(4), 0.001 * J):
        for low, radius in ((zero, size * J), (-size * J, zero), (-size * J, size * J)):
            a = Ball(middle, low, radius)
            for x in members(a):
                assert is_below_all_eigenvalues(a.lowest, (x + x.transpose()) * HALF)
    assert Ball.exact(2 * eye(4)).lowest > 2 - 1e-14


def test_the_lowest_eigenvalue_counts_the_low_part_and_the_last_rounding() -> None:
    tiny, zero = 2.0**-60, torch.zeros(2, 2, dtype=torch.float64)
    below_zero = Ball(torch.diag(torch.tensor([1.0, 0.0]).double()), zero.clone(), zero)
    below_zero.low[1, 1] = -tiny
    assert below_zero.lowest <= -tiny
    x = torch.tensor([[1 + 2.0**-52]], dtype=torch.float64)
    assert Ball(x, 0 * x, 0 * x + tiny).lowest < x  # x − tiny rounds to x


def test_the_lowest_eigenvalue_does_not_rely_on_the_library(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    true = torch.linalg.eigh

    def wrong(S: Tensor) -> tuple[Tensor, Tensor]:
        values, vectors = true(S)
        return values + 0.25, vectors

    monkeypatch.setattr(torch.linalg, "eigh", wrong)
    assert 0.7 < Ball.exact(eye(3)).lowest <= 1


def polar_step(M: Ball) -> Step:
    """The polar factor as its formula: Q = X (I − R)^−½, QᵀM = H + K, ‖U − Q‖ ≤ ‖K‖/λ_min(H)."""

    def step(high: Tensor, low: Tensor) -> tuple[Tensor, Tensor]:
        X, identity = Ball.exact(high, low), Ball.exact(torch.eye(high.shape[-1]).expand_as(high))
        R = identity - X.mT @ X
        half = X @ R * 0.5
        rest = over(X.norm * R.norm.square() * (3 / 8), 1 - R.norm)
        Q = (X + half).widened(rest)
        H, K = (Q.mT @ M).sym, (Q.mT @ M).skew
        error = (Q - X).norm + over(K.norm, H.lowest)
        values, V = torch.linalg.eigh(H.high.nan_to_num(0, 0, 0))
        turn = V.mT @ (2 * K.high) @ V / (values[..., :, None] + values[..., None, :])
        return half.high + high @ V @ turn @ V.mT, error

    return step


def polar_factor(M: Tensor) -> flint.arb_mat:
    """To 300 bits, by Newton's iteration."""
    X = flint.arb_mat(exact(M))
    for _ in range(60):
        X = ((X + X.inv().transpose()) * HALF).mid()
    return X


@pytest.fixture
def many_bits() -> Iterator[None]:
    before, flint.ctx.prec = flint.ctx.prec, 300
    yield
    flint.ctx.prec = before


def polar(M: Tensor) -> tuple[Tensor, Tensor]:
    U, _, Vh = torch.linalg.svd(M.double())
    return proof.refine(polar_step(Ball.exact(M)), U @ Vh, M.dtype)


@pytest.mark.usefixtures("many_bits")
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_a_bound_written_with_balls_is_never_below_the_true_error(dtype: torch.dtype) -> None:
    g = torch.Generator().manual_seed(3)
    claims = 0
    for draw in families.ALL.values():
        for n in (2, 4):
            M = draw(n, g).to(dtype)
            value, bound = polar(M)
            if bound < math.inf:
                off = flint.arb_mat(exact(value)) - polar_factor(M)
                squares = sum((x * x for x in off.entries()), flint.arb(0))
                assert squares <= flint.arb(rational(float(bound)) ** 2 * n)
                claims += 1
    assert claims > 24


def test_a_bound_written_with_balls_reaches_the_last_digit() -> None:
    for n in (4, 8, 16):
        M = torch.stack(
            [families.RANDOM["rand"](n, torch.Generator().manual_seed(i)) for i in range(20)]
        )
        assert (polar(M)[1] < 1.1e-16).all()
        assert (polar(M.float())[1] < 6e-8).all()


def test_a_bound_written_with_balls_proves_nothing_where_there_is_nothing() -> None:
    singular, nan = torch.ones(2, 2).double(), torch.full((2, 2), math.nan).double()
    good = randn(2, 2, seed=1)
    batch = torch.stack((singular, good, nan, 0 * good))
    value, bound = proof.refine(polar_step(Ball.exact(batch)), eye(2).expand(4, 2, 2), good.dtype)
    alone, alone_bound = proof.refine(polar_step(Ball.exact(good)), eye(2), good.dtype)
    assert bound.isfinite().tolist() == [False, bool(alone_bound < math.inf), False, False]
    assert torch.allclose(value[1], alone, rtol=1e-15)

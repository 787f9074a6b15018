"""A proof is never wrong, reaches the last digit, and says nothing where it can say nothing."""

import math
from collections.abc import Callable
from functools import partial

import pytest
import torch
from torch import Tensor

from gdinverse import proof
from gdinverse.proof import inverse, least_squares, linear, residual
from gdinverse.proof.refine import refined
from tests.package import families, trials
from tests.package.exact import (
    exact,
    rational,
    squared_norm,
    tightness,
    true_inverse,
    true_pseudo_inverse,
)

DTYPES = (torch.float64, torch.float32)
INF = float("inf")


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def randn(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=generator(seed), dtype=torch.float64)


def check(claims: list[trials.Claim], proven: float) -> None:
    """No claim is false, and enough of them claim something."""
    false = [c for c in claims if not c.holds]
    assert not false, [(c.what, c.family, c.bound) for c in false]
    share = sum(c.bound < INF for c in claims) / len(claims)
    assert share > proven, f"only {share:.2f} of the claims say anything"


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_bound_of_an_inverse_is_never_below_its_true_error(dtype: torch.dtype) -> None:
    """Four rounds catch a proof that forgets rounding; the campaign has the time for more."""
    g = generator(1)
    check([c for _ in range(6) for c in trials.inverse_claims(dtype, g)], proven=0.45)


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_bound_of_a_solution_is_never_below_its_true_error(dtype: torch.dtype) -> None:
    g = generator(2)
    check([c for _ in range(12) for c in trials.solve_claims(dtype, g)], proven=0.5)


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_bounds_of_least_squares_are_never_below_the_true_error(dtype: torch.dtype) -> None:
    g = generator(3)
    check([c for _ in range(5) for c in trials.least_squares_claims(dtype, g)], proven=0.5)


def test_an_inverse_of_size_32_is_judged_too() -> None:
    M = randn(32, 32, seed=4)
    value, bound = proof.finish(torch.linalg.inv(M), M)
    claim = trials.Claim("finish", "randn", value, float(bound), true_inverse(M))
    assert claim.holds
    assert claim.bound < 1.1e-16


@pytest.mark.parametrize(
    ("module", "silenced"),
    [(residual, "gamma"), (inverse, "two_sum")],
)
def test_the_judge_catches_a_proof_that_forgets_rounding(
    monkeypatch: pytest.MonkeyPatch, module: object, silenced: str
) -> None:
    def forgetful(*args: Tensor | int) -> object:
        return 0.0 if silenced == "gamma" else (sum(args), torch.zeros(()))

    monkeypatch.setattr(module, silenced, forgetful)
    g = generator(5)
    assert not all(c.holds for _ in range(4) for c in trials.inverse_claims(torch.float64, g))


@pytest.mark.parametrize("name", ["rand", "randn"])
@pytest.mark.parametrize(("n", "count"), [(2, 2000), (4, 2000), (8, 200), (16, 50), (64, 3)])
@pytest.mark.parametrize(("dtype", "digit"), [(torch.float64, 1.1e-16), (torch.float32, 6e-8)])
def test_every_random_inverse_is_proven_to_the_last_digit(
    name: str, n: int, count: int, dtype: torch.dtype, digit: float
) -> None:
    g = generator(6)
    M = torch.stack([families.RANDOM[name](n, g) for _ in range(count)]).to(dtype)
    _, bound = proof.finish(torch.linalg.inv(M), M)
    within_reach = torch.linalg.cond(M.double()) * torch.finfo(dtype).eps < 0.1
    assert within_reach.sum() > 0.95 * count
    assert (bound[within_reach] <= digit).all()


@pytest.mark.parametrize("condition_number", [1e2, 1e5, 1e8])
@pytest.mark.parametrize("n", [4, 12])
def test_the_bound_is_the_error_itself_up_to_one_in_a_thousand(
    condition_number: float, n: int
) -> None:
    for seed in range(5):
        left, right = (torch.linalg.qr(randn(n, n, seed=2 * seed + i)).Q for i in range(2))
        sigma = condition_number ** -torch.linspace(0, 1, n, dtype=torch.float64)
        M = left * sigma @ right
        value, bound = proof.finish(torch.linalg.inv(M), M)
        assert 1 <= tightness(float(bound), value, true_inverse(M)) <= 1.001


@pytest.mark.parametrize("n", range(2, 13))
def test_hilbert_matrices_are_proven_nearly_all_to_the_last_digit(n: int) -> None:
    M = families.STRUCTURED["hilbert"](n, generator())
    value, bound = proof.finish(trials.newton_schulz(M, 120), M)
    assert bound < {10: 2.2e-16, 11: 1e-14, 12: 1e-12}.get(n, 1.1e-16)
    claim = trials.Claim("finish", "hilbert", value, float(bound), true_inverse(M))
    assert claim.holds


@pytest.mark.parametrize("n", range(2, 13))
def test_a_float32_matrix_is_proven_from_a_float64_iterate(n: int) -> None:
    """However ill-conditioned: as float32, Hilbert 12 is another matrix, and that one is meant."""
    M = families.STRUCTURED["hilbert"](n, generator()).float()
    value, bound = proof.finish(torch.linalg.inv(M.double()), M)
    assert value.dtype == torch.float32
    assert bound < 6e-8
    assert trials.Claim("finish", "hilbert", value, float(bound), true_inverse(M)).holds


@pytest.mark.parametrize("name", ["rows scaled", "columns scaled", "both scaled", "graded"])
def test_bad_scaling_costs_no_digit(name: str) -> None:
    g = generator(7)
    M = torch.stack([families.ALL[name](4, g) for _ in range(100)])
    _, bound = proof.finish(torch.linalg.inv(M), M)
    assert (bound < 1.1e-16).double().mean() > 0.95


@pytest.mark.parametrize("power", [-900, -500, 500, 900])
def test_a_power_of_two_changes_nothing_but_the_scale(power: int) -> None:
    M, scale = randn(20, 5, 5, seed=8), 2.0**power
    X = torch.linalg.inv(M)
    value, bound = proof.finish(X, M)
    scaled_value, scaled_bound = proof.finish(X / scale, M * scale)
    assert torch.equal(scaled_value * scale, value)
    assert torch.equal(scaled_bound, bound)
    assert torch.equal(proof.inverse_bound(X / scale, M * scale), proof.inverse_bound(X, M))


@pytest.mark.parametrize("power", [-900, 900])
@pytest.mark.parametrize("of_b", [-900, 0, 900])
@pytest.mark.parametrize("shape", [(5, 5), (7, 5), (5, 7)])
def test_scaling_a_system_changes_no_bound(power: int, of_b: int, shape: tuple[int, int]) -> None:
    if abs(of_b - power) > 900:
        of_b = power  # or x would overflow
    A, b = randn(10, *shape, seed=16), randn(10, shape[0], 2, seed=17)
    P = torch.linalg.pinv(A)
    x = P @ b
    scaled = (x * 2.0 ** (of_b - power), A * 2.0**power, b * 2.0**of_b, P * 2.0**-power)
    for bound_of in (proof.lstsq_bound, proof.solve_bound)[: 1 + (shape[0] == shape[1])]:
        assert torch.allclose(bound_of(*scaled), bound_of(x, A, b, P), rtol=1e-9, atol=0)
    value, bound = proof.lstsq_finish(*scaled)
    assert torch.equal(value * 2.0 ** (power - of_b), proof.lstsq_finish(x, A, b, P)[0])
    assert (bound < 1.1e-16).all()


def test_each_matrix_of_a_batch_is_judged_as_if_alone() -> None:
    M = randn(3, 4, 5, 5, seed=9)
    M[1, 1] = 0
    M[2, 2, 0, 0] = math.nan
    X = torch.linalg.inv_ex(M).inverse.nan_to_num(0, 0, 0)
    value, bound = proof.finish(X, M)
    for i in range(3):
        for j in range(4):
            alone, alone_bound = proof.finish(X[i, j], M[i, j])
            assert torch.equal(value[i, j], alone)
            assert torch.allclose(bound[i, j], alone_bound, rtol=1e-6, atol=0)
    assert bound.isinf().sum() == 2


def test_the_finish_leaves_its_input_alone() -> None:
    M = randn(4, 4, seed=10)
    X = torch.linalg.inv(M)
    before = X.clone()
    proof.finish(X, M)
    assert torch.equal(X, before)


def test_no_singular_matrix_is_ever_proven() -> None:
    g = generator(11)
    for n in range(1, 9):
        M = torch.stack([families.SINGULAR["singular"](n, g) for _ in range(250)])
        library = torch.linalg.inv_ex(M).inverse.nan_to_num(0, 0, 0)
        for X in (library, torch.linalg.pinv(M), torch.zeros_like(M)):
            assert proof.inverse_bound(X, M).isinf().all()
            assert proof.finish(X, M)[1].isinf().all()


@pytest.mark.parametrize("bad", [math.nan, INF, -INF, 1e308])
def test_what_is_not_finite_or_overflows_proves_nothing(bad: float) -> None:
    good = 2 * torch.eye(3, dtype=torch.float64)
    spoiled = good.clone()
    spoiled[1, 2] = bad
    b = torch.ones(3, 1, dtype=torch.float64)
    assert proof.inverse_bound(spoiled, good) == INF
    assert proof.finish(spoiled, good)[1] == INF
    if abs(bad) != 1e308:  # that one is an honest matrix, if a large one
        assert proof.finish(good / 4, spoiled)[1] == INF
        assert proof.solve_finish(b / 2, spoiled, b, good / 4)[1] == INF
        assert proof.pinv_finish(good / 4, spoiled)[1] == INF
        assert proof.image_bound(spoiled, b) == INF
    assert proof.solve_finish(b / 2, good, b, spoiled)[1] == INF
    assert proof.lstsq_finish(b / 2, good, b, spoiled)[1] == INF
    assert proof.pinv_finish(spoiled, good)[1] == INF


@pytest.mark.parametrize("shape", [(8, 8), (12, 8), (8, 12)])
def test_full_rank_problems_are_proven_to_the_last_digit(shape: tuple[int, int]) -> None:
    A, b = randn(50, *shape, seed=12), randn(50, shape[0], 3, seed=13)
    P = torch.linalg.pinv(A)
    assert (proof.pinv_finish(P, A)[1] < 1.1e-16).all()
    assert (proof.lstsq_finish(P @ b, A, b, P)[1] < 1.1e-16).all()
    if shape[0] == shape[1]:
        assert (proof.solve_finish(P @ b, A, b, P)[1] < 1.1e-16).all()


@pytest.mark.parametrize("step", [linear._solve_step, least_squares.lstsq_step])
@pytest.mark.parametrize("name", ["hilbert", "nearly singular", "vandermonde", "integers"])
def test_what_is_held_in_two_parts_is_bounded_too(step: linear.Step, name: str) -> None:
    """Here no rounding of the value hides what the residual's own slack is for."""
    g = generator(15)
    for trial in range(40):
        A = families.ALL[name](2 + trial % 7, g)
        system = linear.system_of(A, torch.linalg.inv(A))
        b = torch.randn(1, len(A), generator=g, dtype=torch.float64)
        start = b @ system.P.mT
        high, low, error = refined(partial(step, system, b), start, 4, system.weight, -1)
        answer = exact(b) * true_pseudo_inverse(system.A).transpose()
        off = (answer - exact(high) - exact(low)).entries()
        weighted = [rational(w) * x for w, x in zip(system.weight[0].tolist(), off, strict=True)]
        assert error == INF or sum(x * x for x in weighted) <= rational(float(error)) ** 2


def test_rank_deficient_pseudo_inverses_are_not_proven() -> None:
    A = torch.tensor([[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]], dtype=torch.float64)
    assert proof.pinv_bound(torch.linalg.pinv(A), A) == INF


def test_a_witness_shows_how_near_a_singular_matrix_is() -> None:
    M = torch.tensor([[1.0, 2.0], [2.0, 4.0 + 2.0**-40]], dtype=torch.float64)
    witness = torch.tensor([[2.0], [-1.0]], dtype=torch.float64)
    distance = 2.0**-40 / math.sqrt(5)
    assert distance <= proof.image_bound(M, witness) < distance * 1.001
    for scale in (1e-200, 1e200):
        assert proof.image_bound(M * scale, witness) < 1.01 * scale * distance


@pytest.mark.parametrize("measure", [proof.doubled_residual, proof.plain_residual])
def test_a_residual_is_as_exact_as_it_says(measure: Callable[..., tuple[Tensor, ...]]) -> None:
    g = generator(14)
    for _ in range(200):
        m, n, p = (int(k) for k in torch.randint(1, 9, (3,), generator=g))
        rows, inner, columns = (families._powers(k, g, 60) for k in (m, n, p))
        left = rows[:, None] * families._randn(9, g)[:m, :n] * inner
        right = families._randn(9, g)[:n, :p] / inner[:, None] * columns
        target = left @ right if torch.rand((), generator=g) < 0.7 else right.new_zeros(m, p)
        low = 2.0**-53 * left * torch.rand(m, n, generator=g, dtype=torch.float64)
        high, rest, slack = measure(target, left, right, low)
        off = exact(target) - (exact(left) + exact(low)) * exact(right) - exact(high) - exact(rest)
        for error, allowed in zip(off.entries(), slack.flatten().tolist(), strict=True):
            assert abs(error) <= rational(allowed)
        digits = 2.0**-88 if measure is proof.doubled_residual else 2.0**-42
        assert (slack <= digits * (rows * 20)[:, None] * columns * n).all()


@pytest.mark.parametrize("size", [1e-160, 1.0, 1e160])
def test_norms_are_rounded_the_way_they_say(size: float) -> None:
    for seed in range(50):
        x = size * randn(5, 7, seed=seed)
        square = squared_norm(exact(x))
        upper, lower = float(proof.norm_up(x)), float(proof.norm_down(x))
        assert upper == INF or rational(upper) ** 2 >= square
        assert lower <= 0 or rational(lower) ** 2 <= square

"""Singular values, eigenvalues, vectors: each term of their bounds where it carries the claim.

Lemmas are judged exactly. Whole bounds are judged by LAPACK, which is right to 1e-15 on matrices
of size 1, where the errors are a million times larger.
"""

import math

import pytest
import torch
from torch import Tensor

from gdinverse import proof
from gdinverse.proof import spectral
from tests.package.exact import Exact, exact, rational, squared_norm
from tests.package.worst import WorstProducts

SIGNS = (1, -1)
THIRD = 1 / 3
LAPACK = 1e-13


def ones(m: int, n: int, of: float = 1.0) -> Tensor:
    return torch.full((m, n), of, dtype=torch.float64)


def randn(*shape: int, seed: int) -> Tensor:
    g = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=g, dtype=torch.float64)


def doubles(*numbers: float) -> Tensor:
    return torch.tensor(numbers, dtype=torch.float64)


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("shape", [(256, 1), (1, 256), (8, 8)])
def test_a_two_norm_is_not_below_the_true_one_when_products_are_at_their_worst(
    shape: tuple[int, int], sign: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spectral, "SAFETY", 1 + 2.0**-51)  # or it hides a term that large n needs
    A = ones(*shape, of=THIRD)  # of rank 1: its norms are equal
    with WorstProducts(sign):
        bound = float(proof.spectral_norm_up(A))
    assert rational(bound) ** 2 >= squared_norm(exact(A))
    assert bound < math.sqrt(A.numel()) * THIRD * (1 + 1e-12)


def test_a_two_norm_holds_for_subnormal_numbers() -> None:
    assert proof.spectral_norm_up(ones(1, 2, of=5e-324)) >= 1e-323


@pytest.mark.parametrize("sign", SIGNS)
def test_an_image_that_rounding_makes_vanish_is_bounded_all_the_same(sign: int) -> None:
    n = 32
    row, v = ones(1, n), torch.cat((ones(n // 2, 1), -ones(n // 2, 1)))
    v[0] -= sign * proof.gamma(n - 1) * n
    with WorstProducts(sign):
        bound = spectral._Known(row, torch.tensor(0.0).double()).images(v)
    assert abs((exact(row) * exact(v))[0, 0]) <= rational(float(bound))


def test_an_eigenvector_is_as_far_off_as_its_residual_over_the_gap() -> None:
    off = 2.0**-20
    S = torch.tensor([[1.0, off], [off, 3.0]], dtype=torch.float64)
    bounds = proof.eigh_bounds(S, doubles(1.0, 3.0), torch.eye(2, dtype=torch.float64))
    turn = math.atan(off) / 2  # tan 2θ = 2 off/(3 − 1)
    assert (bounds.vectors >= 2 * math.sin(turn / 2)).all()


def test_what_is_known_up_to_a_norm_contains_the_worst_of_it() -> None:
    hidden, J = 0.25, ones(4, 4, of=1 / 4)  # J has norm 1, and maps ones to ones
    for seen in (0.0, 0.5):
        known = spectral._Known(seen * J, torch.tensor(hidden).double())
        assert known.norm >= seen + hidden
        assert (known.columns >= seen / 2 + hidden).all()
        assert (known.images(ones(4, 2)) >= 2 * (seen + hidden)).all()
        assert (known.mT.images(ones(4, 2)) >= 2 * (seen + hidden)).all()


def test_an_image_that_rounding_makes_small_may_be_larger() -> None:
    row = torch.cat((ones(1, 8, of=THIRD), ones(1, 8, of=-THIRD)), -1)
    row[0, 0] += 110 * 2.0**-54  # the worst product, downward, is off by 120 such units
    with WorstProducts(-1):
        image = spectral._Known(row, torch.zeros(()).double()).images(ones(16, 1))
    true = (exact(row) * exact(ones(16, 1)))[0, 0]
    assert rational(float(image)) >= true


def hides(known: spectral._Known, truth: Exact) -> bool:
    return squared_norm(truth - exact(known.matrix)) <= rational(float(known.hidden)) ** 2


@pytest.mark.parametrize("is_double", [True, False])
@pytest.mark.parametrize("sign", [0, *SIGNS])
def test_a_defect_hides_no_more_than_it_says(is_double: bool, sign: int) -> None:
    tilted = torch.linalg.qr(randn(5, 3, seed=1)).Q
    for U in (ones(32, 1, of=32**-0.5), ones(1, 1, of=1 + 2.0**-40), tilted, randn(4, 3, seed=2)):
        with WorstProducts(sign):
            known = spectral._defect(U, is_double)
        assert hides(known, exact(torch.eye(U.shape[-1])) - exact(U.mT) * exact(U))
    U, S, V = ones(32, 1, of=THIRD), ones(1, 1, of=THIRD), ones(2, 1)
    for M in (U * S @ V.mT, 0 * U @ V.mT, randn(32, 2, seed=3)):
        with WorstProducts(sign):
            known = spectral._product_defect(M, U, S[0], V, is_double)
        assert hides(known, exact(M) - exact(U) * exact(S) * exact(V.mT))


def test_a_product_of_vectors_and_values_may_vanish_and_is_hidden_then() -> None:
    U, S, V = (ones(1, 1, of=2.0**e) for e in (-600, -500, 500))
    known = spectral._product_defect(0 * U, U, S[0], V, exact=True)
    assert hides(known, -exact(U) * exact(S) * exact(V))


def test_factors_that_are_not_orthonormal_stretch_by_no_more_than_this() -> None:
    for a in (0.0, 1e-8, 0.1, 0.5, 0.99, 1.5):
        for b in (0.0, 0.3, 0.9, 2.0):
            c = float(spectral._stretch(torch.tensor(a), torch.tensor(b)))
            longer = math.sqrt((1 + a) * (1 + b)) - 1
            shorter = 1 - math.sqrt(max(1 - a, 0) * max(1 - b, 0))
            assert c >= max(longer, shorter) * (1 - 1e-6)  # the inputs are float32


def test_a_gap_is_no_larger_than_the_distance_to_another_true_value() -> None:
    gaps = spectral._gaps(doubles(0.0, 1.0, 3.0), doubles(0.1, 0.25, 0.5))
    assert torch.allclose(gaps, doubles(0.75, 0.9, 1.75))


@pytest.mark.parametrize("angle", [1e-6, 0.5, 1.0, 1.5, math.pi / 2 - 1e-9])
def test_a_vector_is_within_its_bound_at_every_angle(angle: float) -> None:
    """With the eigenvalue right and the gap 1, the residual is the sine: nothing is generous."""
    bound = spectral._vectors(doubles(math.sin(angle)), doubles(1.0), torch.tensor(0.0))
    assert bound >= 2 * math.sin(angle / 2)


def test_a_vector_of_another_length_is_off_by_at_least_that() -> None:
    for length in (0.01, 0.5, 0.9, 1.1):
        defect = torch.tensor(abs(length**2 - 1)).double()
        assert spectral._vectors(doubles(0.0), doubles(1.0), defect) >= abs(length - 1)
    assert spectral._vectors(doubles(0.1), doubles(0.0), torch.tensor(0.0)) == math.inf
    assert spectral._vectors(doubles(0.1), doubles(-1.0), torch.tensor(0.0)) == math.inf


def check_svd(M: Tensor, U: Tensor, S: Tensor, V: Tensor) -> proof.SpectralBounds:
    """Every bound holds, the vectors' with the sign that suits both sides."""
    bounds = proof.svd_bounds(M, U, S, V.mT)
    true = torch.linalg.svd(M.double(), full_matrices=False)
    off = (S - true.S).abs()
    assert (off <= bounds.values + LAPACK).all()
    assert (off <= bounds.relative * true.S[0] + LAPACK).all()
    both, truth = torch.cat((U, V)), torch.cat((true.U, true.Vh.mT))
    for i in range(len(S)):
        parts = [
            max(float(torch.linalg.norm(part)) for part in difference.split((len(U), len(V))))
            for difference in (both[:, i] - truth[:, i], both[:, i] + truth[:, i])
        ]
        assert min(parts) <= bounds.vectors[i] + LAPACK
    return bounds


def check_eigh(S: Tensor, values: Tensor, V: Tensor) -> proof.SpectralBounds:
    bounds = proof.eigh_bounds(S, values, V)
    true = torch.linalg.eigh(S.double())
    off = (values - true.eigenvalues).abs()
    assert (off <= bounds.values + LAPACK).all()
    assert (off <= bounds.relative * true.eigenvalues.abs().max() + LAPACK).all()
    apart = [torch.linalg.norm(V + sign * true.eigenvectors, dim=0) for sign in SIGNS]
    assert (torch.minimum(*apart) <= bounds.vectors + LAPACK).all()
    return bounds


EYE = torch.eye(2, dtype=torch.float64)


def test_values_are_bounded_when_only_the_product_is_off() -> None:
    check_svd(torch.diag(doubles(2.1, 1.1)), EYE, doubles(2.0, 1.0), EYE)
    check_eigh(torch.diag(doubles(1.1, 2.1)), doubles(1.0, 2.0), EYE)


@pytest.mark.parametrize("d", [1e-6, 1e-3, 0.1, -0.1])
def test_values_are_bounded_when_only_the_lengths_are_off(d: float) -> None:
    U, S = (1 + d) * EYE, doubles(2.0, 1.0)
    M = U @ torch.diag(S) @ U.mT
    bounds = check_svd(M, U, S, U)
    assert bounds.values[0] < 2 * abs(S[0] - M[0, 0])
    check_eigh(M.flip(0, 1), S.flip(0), U)


@pytest.mark.parametrize("gap", [1e-3, 1e-2, 0.5])
@pytest.mark.parametrize("tilt", [1e-6, 1e-5])
def test_vectors_are_bounded_when_only_the_angles_are_off(gap: float, tilt: float) -> None:
    """The residual is zero, and the vectors are wrong because they are not orthogonal."""
    V = torch.tensor([[1.0, tilt], [0.0, 1.0]], dtype=torch.float64)
    S = doubles(1.0, 1.0 - gap)
    check_svd(V @ torch.diag(S) @ V.mT, V, S, V)
    check_svd(torch.diag(S) @ V.mT, EYE, S, V)
    check_svd(V @ torch.diag(S), V, S, EYE)
    check_eigh(V.flip(1) @ torch.diag(S.flip(0)) @ V.flip(1).mT, S.flip(0), V.flip(1))


@pytest.mark.parametrize("off", [1e-6, 1e-3, 0.1])
def test_the_zeros_of_a_rectangle_are_neighbors_too(off: float) -> None:
    M, one, u = doubles(1.0, off)[:, None], ones(1, 1), doubles(1.0, 0.0)[:, None]
    check_svd(M, u, doubles(1.0), one)
    check_svd(M.mT, one, doubles(1.0), u)


def test_the_mirror_image_of_a_value_is_as_far_as_it_is() -> None:
    bounds = proof.svd_bounds(ones(1, 1, of=1 + 1e-6), ones(1, 1), doubles(1.0), ones(1, 1))
    assert bounds.vectors < 1.1e-6  # √2·(√2 1e-6)/2; a gap of 1 would give twice that


@pytest.mark.parametrize("size", [1e-8, 1e-4, 1e-2])
@pytest.mark.parametrize("shape", [(3, 3), (5, 3), (3, 5)])
def test_all_bounds_hold_for_what_is_slightly_wrong_everywhere(
    shape: tuple[int, int], size: float
) -> None:
    for seed in range(5):
        U, S, Vh = torch.linalg.svd(randn(*shape, seed=seed), full_matrices=False)
        S[1] = S[0] * (1 - 10 * size)  # close neighbors
        S = S.sort(descending=True).values
        M = U * S @ Vh
        noisy = [x * (1 + size * randn(*x.shape, seed=seed + 9)) for x in (U, Vh.mT)]
        check_svd(M, noisy[0], S * (1 + 0.1 * size), noisy[1])
        check_eigh(U * S @ U.mT, S.flip(0), noisy[0].flip(1)) if shape == (3, 3) else None


def test_a_relative_bound_refers_to_the_true_value() -> None:
    assert proof.svd_bounds(ones(1, 1), ones(1, 1), doubles(1.5), ones(1, 1)).relative >= 0.5
    far = proof.svd_bounds(ones(1, 1), ones(1, 1), doubles(2.5), ones(1, 1)).relative
    assert far >= 1.5
    M, zero = ones(1, 1), doubles(0.0)
    assert proof.svd_bounds(M, M, zero, M).relative > 0
    assert proof.svd_bounds(0 * M, M, zero + 1, M).relative > 0
    assert proof.svd_bounds(0 * M, M, zero, M).relative == 0


def test_a_bound_does_not_vanish_with_its_matrix() -> None:
    M = torch.tensor([[5e-324, 5e-324], [0.0, 0.0]], dtype=torch.float64)
    assert proof.svd_bounds(M, EYE, doubles(0.0, 0.0), EYE).values[0] >= 1e-323


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_what_is_not_finite_has_no_bound(bad: float) -> None:
    S, spoiled = doubles(1.0, 2.0), EYE.clone()
    spoiled[0, 1] = bad
    for bounds in (
        proof.eigh_bounds(spoiled, S, EYE),
        proof.eigh_bounds(EYE, S, spoiled),
        proof.svd_bounds(spoiled, EYE, S.flip(0), EYE),
        proof.svd_bounds(EYE, spoiled, S.flip(0), EYE),
    ):
        assert bounds.relative == math.inf
        assert bounds.vectors.isinf().all()

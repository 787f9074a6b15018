"""Symmetric eigenvalues by descent on the orthogonal group: they converge, and bounds hold."""

import mpmath
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import gdinverse as gd
from tests.package import spectra


def symmetric(n, seed=0, count=()):
    g = torch.Generator().manual_seed(seed)
    A = torch.randn(*count, n, n, generator=g, dtype=torch.float64)
    return A + A.mT


def assert_right(S, result, within=1e-12):
    """Converged within 40 steps, with all that an eigendecomposition promises."""
    values, V = result.value
    true = torch.linalg.eigvalsh(S)
    size = true.abs().amax(-1)
    assert result.converged.all()
    assert result.steps.max() <= 40
    assert ((values - true).abs().amax(-1) <= within * size).all()
    product = (V * values.unsqueeze(-2)) @ V.mT
    assert ((product - S).abs().amax(dim=(-2, -1)) <= within * size).all()
    assert (V.mT @ V - torch.eye(S.shape[-1], dtype=S.dtype)).abs().max() <= within
    assert (values.diff(dim=-1) >= 0).all()


@pytest.mark.parametrize("family", spectra.FAMILIES)
def test_it_converges_on_every_family(family):
    for n in (1, 2, 3, 4, 9, 20):
        S = spectra.draw_symmetric(family, 25, n, seed=n)
        assert_right(S, gd.eigh(S))


@pytest.mark.parametrize("name", spectra.SYMMETRIC)
def test_it_converges_on_every_named_matrix(name):
    S = spectra.SYMMETRIC[name]
    assert_right(S, gd.eigh(S))


@pytest.mark.parametrize("family", ["rand", "repeated", "graded", "two clusters"])
def test_it_converges_on_large_matrices(family):
    S = spectra.draw_symmetric(family, 1, 100)
    assert_right(S, gd.eigh(S))


@pytest.mark.slow
@pytest.mark.parametrize("family", spectra.FAMILIES)
def test_it_converges_on_200_of_each_family_and_on_the_largest(family):
    for n in (4, 20):
        S = spectra.draw_symmetric(family, 200, n, seed=1000 + n)
        assert_right(S, gd.eigh(S))
    for n in (50, 200):
        S = spectra.draw_symmetric(family, 3, n)
        assert_right(S, gd.eigh(S))


@pytest.mark.parametrize("factor", [1e-300, 1e-200, 1e150, 1e300])
def test_scale_does_not_matter(factor):
    S = symmetric(5) * factor
    assert_right(S, gd.eigh(S))


def test_float32_converges_to_its_own_last_digits():
    S = symmetric(8, count=(50,)).float()
    result = gd.eigh(S)
    assert result.converged.all()
    true = torch.linalg.eigvalsh(S.double())
    assert ((result.value.eigenvalues - true).abs().amax(-1) / true.abs().amax(-1) < 2e-6).all()


@pytest.mark.parametrize("family", spectra.FAMILIES)
@pytest.mark.parametrize("max_steps", [0, 1, 2, 100])
def test_the_bounds_hold_at_every_stage(family, max_steps):
    """Against eigenvalues in 60 digits."""
    for n in (1, 2, 4, 6):
        S = spectra.draw_symmetric(family, 2, n, seed=n)
        result = gd.eigh(S, max_steps=max_steps)
        bounds = gd.proof.eigh_bounds(S, *result.value)
        for i in range(2):
            true, _ = spectra.true_eigen(S[i])
            off = spectra.errors(result.value.eigenvalues[i], true)
            assert all(e <= b for e, b in zip(off, bounds.values[i].tolist(), strict=True))
            if max_steps == 100 and S[i].any():
                assert result.error_bound[i] < 2e-14


@pytest.mark.parametrize("max_steps", [2, 3, 4, 100])
def test_the_bounds_of_the_vectors_hold(max_steps):
    proven = 0
    for seed in range(8):
        S = symmetric(4, seed)
        values, V = gd.eigh(S, max_steps=max_steps).value
        bounds = gd.proof.eigh_bounds(S, values, V).vectors.tolist()
        _, vectors = spectra.true_eigen(S)
        for i in range(4):
            off = min(distance(V[:, i], vectors[:, i], sign) for sign in (1, -1))
            assert off <= bounds[i]
            proven += bounds[i] < 1
            if max_steps == 100:
                assert bounds[i] < 1e-12
    assert proven > 0


def distance(v, true, sign):
    with mpmath.workdps(60):
        return float(mpmath.norm([a - sign * b for a, b in zip(v.tolist(), true, strict=True)]))


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), n=st.integers(1, 6), shift=st.floats(-5, 5))
def test_shifting_scaling_and_rotating_do_what_they_do_to_eigenvalues(seed, n, shift):
    S = symmetric(n, seed)
    values = gd.eigh(S).value.eigenvalues
    moved = gd.eigh(S + shift * torch.eye(n, dtype=S.dtype)).value.eigenvalues
    torch.testing.assert_close(moved, values + shift, rtol=0, atol=1e-12)
    torch.testing.assert_close(
        gd.eigh(-2 * S).value.eigenvalues, -2 * values.flip(-1), rtol=0, atol=1e-12
    )
    Q = torch.linalg.qr(symmetric(n, seed + 1)).Q
    turned = Q @ S @ Q.mT
    turned = (turned + turned.mT) / 2
    torch.testing.assert_close(gd.eigh(turned).value.eigenvalues, values, rtol=0, atol=1e-12)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), n=st.integers(1, 5))
def test_a_batch_is_what_each_matrix_gives_alone(seed, n):
    S = symmetric(n, seed, (2, 2))
    whole = gd.eigh(S)
    for index in ((0, 0), (0, 1), (1, 0), (1, 1)):
        alone = gd.eigh(S[index])
        # A product in a batch may be rounded otherwise, and decide a test at the last step.
        assert abs(whole[index].steps - alone.steps) <= 1
        torch.testing.assert_close(
            whole[index].value.eigenvalues, alone.value.eigenvalues, rtol=0, atol=1e-13
        )


def test_the_eigenvalues_of_a_gram_matrix_are_squared_singular_values():
    M = torch.randn(6, 4, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    gram = M.mT @ M
    values = gd.eigh((gram + gram.mT) / 2).value.eigenvalues
    torch.testing.assert_close(values.flip(-1), gd.svd(M).value.S.square())


def test_a_matrix_that_is_not_symmetric_is_refused_in_words():
    with pytest.raises(ValueError, match="not symmetric"):
        gd.eigh([[1.0, 2.0], [3.0, 4.0]])
    with pytest.raises(ValueError, match="square"):
        gd.eigh(torch.ones(2, 3))


def test_rounding_is_no_lack_of_symmetry_and_the_lower_triangle_counts():
    S = symmetric(5)
    above = S + torch.triu(torch.full_like(S, 1e-16), 1)
    assert gd.eigh(above).value.eigenvalues.equal(gd.eigh(S).value.eigenvalues)


def test_what_is_not_finite_has_its_own_status_and_spoils_nobody():
    S = symmetric(3, count=(3,))
    S[1, 2, 0] = S[1, 0, 2] = torch.inf
    result = gd.eigh(S)
    assert [status.name for status in result.status] == ["converged", "not_finite", "converged"]
    assert result.value.eigenvalues[1].isnan().all()

"""The SVD by descent on the orthogonal group: it converges, and its bounds hold."""

import math

import mpmath
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import gdinverse as gd
from gdinverse.optimizers.orthogonal_gradient import cayley
from tests.package import spectra

SHAPES = [(1, 1), (2, 2), (4, 4), (7, 4), (4, 7), (1, 9), (9, 1), (20, 20)]
seeds = st.integers(0, 10_000)


def randn(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def orthogonal(n, seed=0):
    return torch.linalg.qr(randn(n, n, seed=seed)).Q


def assert_right(M, result, within=1e-12):
    """Converged within 40 steps, with all that an SVD promises."""
    U, S, Vh = result.value
    eye = torch.eye(S.shape[-1], dtype=M.dtype)
    true = torch.linalg.svdvals(M)
    size = true[..., 0].clamp(min=torch.finfo(M.dtype).tiny)
    assert result.converged.all()
    assert result.steps.max() <= 40
    assert ((S - true).abs().amax(-1) <= within * size).all()
    product = (U * S.unsqueeze(-2)) @ Vh
    assert ((product - M).abs().amax(dim=(-2, -1)) <= within * size).all()
    assert (U.mT @ U - eye).abs().max() <= within
    assert (Vh @ Vh.mT - eye).abs().max() <= within
    assert (S >= 0).all()
    assert (S.diff(dim=-1) <= 0).all()


@pytest.mark.parametrize("family", spectra.FAMILIES)
def test_it_converges_on_every_family_in_every_shape(family):
    for m, n in SHAPES:
        M = spectra.draw(family, 25, m, n, seed=m + n)
        assert_right(M, gd.svd(M))


@pytest.mark.parametrize("name", spectra.NAMED)
def test_it_converges_on_every_named_matrix(name):
    M = spectra.NAMED[name]
    assert_right(M, gd.svd(M))


@pytest.mark.parametrize("family", ["rand", "repeated", "graded", "two clusters"])
def test_it_converges_on_large_matrices(family):
    M = spectra.draw(family, 1, 100, 100)
    assert_right(M, gd.svd(M))


@pytest.mark.slow
@pytest.mark.parametrize("family", spectra.FAMILIES)
def test_it_converges_on_200_of_each_family_and_on_the_largest(family):
    for m, n in SHAPES:
        M = spectra.draw(family, 200, m, n, seed=1000 + m + n)
        assert_right(M, gd.svd(M))
    for n in (50, 200):
        M = spectra.draw(family, 3, n, n)
        assert_right(M, gd.svd(M))


@pytest.mark.parametrize("shape", SHAPES)
def test_shapes_are_those_of_torch(shape):
    M = randn(2, 3, *shape)
    ours, theirs = gd.svd(M).value, torch.linalg.svd(M, full_matrices=False)
    for name in ("U", "S", "Vh"):
        assert getattr(ours, name).shape == getattr(theirs, name).shape


@pytest.mark.parametrize("factor", [1e-300, 1e-200, 1e150, 1e300])
def test_scale_does_not_matter(factor):
    M = randn(5, 4)
    result = gd.svd(M * factor)
    assert_right(M * factor, result)
    assert result.steps == gd.svd(M).steps


def test_float32_converges_to_its_own_last_digits():
    for m, n in SHAPES:
        M = spectra.draw("rand", 50, m, n).float()
        result = gd.svd(M)
        assert result.value.S.dtype == torch.float32
        assert result.converged.all()
        off = (result.value.S.double() - torch.linalg.svdvals(M.double())).abs().amax(-1)
        assert (off / torch.linalg.svdvals(M.double())[..., 0] < 2e-6).all()


def test_a_matrix_of_two_columns_takes_one_step():
    for seed in range(20):
        assert gd.svd(randn(3, 2, seed=seed)).steps <= 1


def test_the_loss_never_rises_before_its_floor():
    history = gd.svd(spectra.draw("two clusters", 1, 30, 30)[0]).history.loss
    assert (history.diff()[history[:-1] > 1e-28] < 0).all()


# Bounds


@pytest.mark.parametrize("family", spectra.FAMILIES)
@pytest.mark.parametrize("max_steps", [0, 1, 2, 3, 100])
def test_the_bounds_hold_at_every_stage(family, max_steps):
    """Against singular values in 60 digits; and they are bounds, not just large numbers."""
    for m, n in [(1, 1), (2, 2), (4, 4), (6, 3), (3, 6)]:
        M = spectra.draw(family, 2, m, n, seed=m + n)
        result = gd.svd(M, max_steps=max_steps)
        bounds = gd.proof.svd_bounds(M, *result.value)
        for i in range(2):
            true = spectra.true_singular_values(M[i])
            off = spectra.errors(result.value.S[i], true)
            assert all(e <= b for e, b in zip(off, bounds.values[i].tolist(), strict=True))
            if true[0]:
                assert max(off) <= float(result.error_bound[i]) * float(true[0])
            if max_steps == 100 and true[0]:
                assert result.error_bound[i] < 1e-14


@pytest.mark.parametrize("seed", range(8))
def test_the_bounds_hold_for_factors_that_are_not_orthogonal(seed):
    M = randn(5, 4, seed=seed)
    U, S, Vh = torch.linalg.svd(M, full_matrices=False)
    size = 10.0 ** -(seed + 1)
    U, Vh = U + size * randn(5, 4, seed=seed + 50), Vh + size * randn(4, 4, seed=seed + 70)
    S = (S * (1 + size * randn(4, seed=seed + 90))).abs().sort(descending=True).values
    bounds = gd.proof.svd_bounds(M, U, S, Vh)
    off = spectra.errors(S, spectra.true_singular_values(M))
    assert all(e <= b for e, b in zip(off, bounds.values.tolist(), strict=True))
    assert bounds.values.max() < 100 * size


def test_a_bound_that_ignored_the_defects_would_be_false():
    """Where U S Vᵀ = M exactly, but U is twice too long, only the defect of U tells."""
    M = torch.diag(torch.tensor([4.0, 2.0], dtype=torch.float64))
    eye = torch.eye(2, dtype=torch.float64)
    bounds = gd.proof.svd_bounds(M, 2 * eye, torch.tensor([2.0, 1.0]), eye)
    assert (bounds.values >= torch.tensor([2.0, 1.0])).all()


@pytest.mark.parametrize("max_steps", [2, 3, 4, 100])
@pytest.mark.parametrize("shape", [(4, 4), (6, 3), (3, 5)])
def test_the_bounds_of_the_vectors_hold(shape, max_steps):
    proven = 0
    for seed in range(6):
        M = randn(*shape, seed=seed)
        U, S, Vh = gd.svd(M, max_steps=max_steps).value
        bounds = gd.proof.svd_bounds(M, U, S, Vh).vectors.tolist()
        for i, (left, right) in enumerate(true_vectors(M)):
            off = min(distance(U[:, i], Vh[i], left, right, sign) for sign in (1, -1))
            assert off <= bounds[i]
            proven += bounds[i] < 1
            if max_steps == 100:
                assert bounds[i] < 1e-12
    assert proven > 0


def true_vectors(M):
    """Pairs of left and right singular vectors in 60 digits."""
    with mpmath.workdps(60):
        tall = M if M.shape[0] >= M.shape[1] else M.mT
        left, values, right = mpmath.svd_r(mpmath.matrix(tall.tolist()))
        order = sorted(range(len(values)), key=lambda i: -values[i])
        pairs = [(list(left[:, i]), list(right[i, :])) for i in order]
    return pairs if M.shape[0] >= M.shape[1] else [(v, u) for u, v in pairs]


def distance(u, v, left, right, sign):
    """The larger of the errors of a left and a right vector."""
    with mpmath.workdps(60):
        return max(
            float(mpmath.norm([a - sign * b for a, b in zip(x.tolist(), y, strict=True)]))
            for x, y in ((u, left), (v, right))
        )


def test_equal_singular_values_have_no_proven_vectors():
    M = spectra.draw("repeated", 1, 4, 4)[0]
    bounds = gd.proof.svd_bounds(M, *gd.svd(M).value)
    assert bounds.vectors.isinf().all()
    assert bounds.values.max() < 1e-14


def test_the_free_bound_of_each_step_holds():
    M = randn(4, 4)
    true = torch.linalg.svdvals(M)
    for k in range(6):
        result = gd.svd(M, max_steps=k)
        off = torch.linalg.vector_norm(gd.SVD(M).core @ result_rotation(M, k), dim=-2)
        off = (off.sort(descending=True).values * 2.0 ** int(gd.SVD(M).exponents) - true).abs()
        assert off.max() / true[0] <= result.history.error_bound[-1]


def result_rotation(M, steps):
    problem = gd.SVD(M)
    gd.minimize(problem, gd.OrthogonalGradient, max_steps=steps)
    return problem.V.detach()


def test_the_spectral_norm_is_never_below_and_seldom_above():
    for seed in range(20):
        A = randn(3, 6, 4, seed=seed) * 10.0 ** (seed - 10)
        true = torch.linalg.matrix_norm(A, 2)
        bound = gd.proof.spectral_norm_up(A)
        assert (bound >= true * (1 - 1e-14)).all()
        assert (bound <= 1.02 * true).all()


# Properties


@settings(max_examples=25, deadline=None)
@given(seed=seeds, m=st.integers(1, 6), n=st.integers(1, 6), exponent=st.integers(-30, 30))
def test_scaling_and_transposing_scale_and_swap(seed, m, n, exponent):
    M = randn(m, n, seed=seed)
    _, S, Vh = gd.svd(M).value
    factor = 2.0**exponent
    scaled = gd.svd(M * -factor).value.S
    assert (scaled - S * factor).abs().max() <= 1e-14 * S[0] * factor
    swapped = gd.svd(M.mT).value
    torch.testing.assert_close(swapped.S, S, rtol=0, atol=1e-13)
    assert torch.allclose(swapped.U.abs(), Vh.mT.abs(), atol=1e-6) or _close(S)


def _close(S):
    """Whether two singular values are so near that their vectors are not determined well."""
    return len(S) > 1 and float(-S.diff().max()) < 1e-6 * float(S[0])


@settings(max_examples=25, deadline=None)
@given(seed=seeds, m=st.integers(1, 6), n=st.integers(1, 6))
def test_rotations_leave_the_singular_values_alone(seed, m, n):
    M = randn(m, n, seed=seed)
    turned = orthogonal(m, seed) @ M @ orthogonal(n, seed + 1)
    torch.testing.assert_close(gd.svd(turned).value.S, gd.svd(M).value.S, rtol=0, atol=1e-13)


@settings(max_examples=10, deadline=None)
@given(seed=seeds, m=st.integers(1, 5), n=st.integers(1, 5))
def test_a_batch_is_what_each_matrix_gives_alone_in_any_order(seed, m, n):
    M = randn(4, m, n, seed=seed)
    whole = gd.svd(M)
    order = torch.randperm(4, generator=torch.Generator().manual_seed(seed))
    shuffled = gd.svd(M[order])
    torch.testing.assert_close(shuffled.value.S, whole.value.S[order], rtol=0, atol=1e-13)
    for i in range(4):
        alone = gd.svd(M[i])
        assert whole.steps[i] == alone.steps
        torch.testing.assert_close(whole[i].value.S, alone.value.S, rtol=0, atol=1e-13)
        torch.testing.assert_close(whole[i].value.U, alone.value.U, rtol=0, atol=1e-6)


# Signs


@settings(max_examples=25, deadline=None)
@given(seed=seeds, n=st.integers(1, 6))
def test_signs_are_fixed_whatever_they_were(seed, n):
    V, U = orthogonal(n, seed), orthogonal(n, seed + 1)
    flips = torch.sign(randn(n, seed=seed + 2))
    values = torch.arange(n, 0, -1, dtype=torch.float64)
    torch.testing.assert_close(
        gd.fix_signs(V * flips, values, U * flips), gd.fix_signs(V, values, U)
    )


def test_equal_values_get_the_same_vectors_whatever_basis_they_came_in():
    V, values = orthogonal(5), torch.tensor([3.0, 2.0, 2.0, 2.0, 1.0], dtype=torch.float64)
    turned = V.clone()
    turned[:, 1:4] = V[:, 1:4] @ orthogonal(3, seed=4)
    torch.testing.assert_close(gd.fix_signs(turned, values), gd.fix_signs(V, values))
    assert gd.fix_signs(V, values)[0][:2, 2:4].triu().abs().max() < 1e-15


# Doors


def test_what_is_not_finite_has_its_own_status_and_spoils_nobody():
    M = randn(3, 4, 3)
    M[1, 0, 0] = math.nan
    result = gd.svd(M)
    assert [status.name for status in result.status] == ["converged", "not_finite", "converged"]
    assert result.value.S[1].isnan().all()
    assert result.error_bound[1] == math.inf
    torch.testing.assert_close(result.value.S[0], gd.svd(M[0]).value.S, rtol=0, atol=1e-14)


def test_singular_values_beyond_the_range_are_an_overflow():
    M = torch.full((200, 200), 1e308, dtype=torch.float64)
    assert gd.svd(M).status is gd.Status.overflow


def test_a_tolerance_stops_the_run_early_and_is_kept():
    M = spectra.draw("rand", 1, 30, 30)[0]
    early, full = gd.svd(M, tolerance=1e-3), gd.svd(M)
    assert early.converged
    assert early.steps < full.steps
    assert 1e-12 < early.error_bound < 1e-3


def test_too_few_steps_are_no_convergence():
    result = gd.svd(randn(6, 6), max_steps=1)
    assert result.status is gd.Status.out_of_steps
    assert result.error_bound > 1e-6


@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        (torch.ones(3), ValueError, "two dimensions"),
        (torch.ones(0, 3), ValueError, "empty"),
        (torch.ones(2, 2, dtype=torch.complex64), TypeError, "real"),
        ("abc", TypeError, "no matrix"),
    ],
)
def test_what_is_no_matrix_is_refused_in_words(given, error, says):
    with pytest.raises(error, match=says):
        gd.svd(given)


def test_lists_and_integers_work():
    assert gd.svd([[3, 0], [0, 4]]).value.S.tolist() == pytest.approx([4, 3], abs=1e-14)
    assert gd.svd(torch.eye(3, dtype=torch.int64)).converged


def test_the_optimizer_says_what_it_needs():
    with pytest.raises(TypeError, match="needs turned and distance, and Inverse"):
        gd.minimize(gd.Inverse(torch.eye(2)), gd.OrthogonalGradient)
    with pytest.raises(TypeError, match="lr"):
        gd.svd(torch.eye(2), lr=0.1)


def test_a_cayley_step_of_a_plane_turns_by_its_angle():
    K = torch.tensor([[0.0, 2.0], [-2.0, 0.0]], dtype=torch.float64) * math.tan(0.15)
    expected = torch.tensor([[0.0, 0.3], [-0.3, 0.0]], dtype=torch.float64).matrix_exp()
    torch.testing.assert_close(cayley(K), expected)

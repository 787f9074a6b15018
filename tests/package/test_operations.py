"""inv, solve, lstsq and pinv: what they prove, and what they say when they cannot."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import gdinverse as gd

HALF_DIGIT = {torch.float64: 1.1e-16, torch.float32: 6e-8}


def draws(kind, count, n, dtype, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return getattr(torch, kind)(count, n, n, generator=generator, dtype=dtype)


def integers_of_rank(rank, count, rows, columns, generator):
    """Products of integer factors, so that the rank is exact."""
    left = torch.randint(-5, 6, (count, rows, rank), generator=generator).double()
    right = torch.randint(-5, 6, (count, rank, columns), generator=generator).double()
    return left @ right


@pytest.mark.parametrize("kind", ["rand", "randn"])
@pytest.mark.parametrize(("n", "count"), [(2, 2000), (4, 10_000), (8, 1000), (32, 50), (64, 5)])
def test_every_random_matrix_is_proven_to_the_last_digit(kind, n, count):
    result = gd.inv(draws(kind, count, n, torch.float64))
    assert int(result.converged.sum()) == count
    assert result.error_bound.max() <= HALF_DIGIT[torch.float64]


@pytest.mark.parametrize("kind", ["rand", "randn"])
@pytest.mark.parametrize(("n", "count"), [(2, 1000), (4, 1000), (8, 500), (32, 50)])
def test_float32_is_proven_to_its_last_digit_where_the_condition_allows_it(kind, n, count):
    M = draws(kind, count, n, torch.float32)
    result = gd.inv(M)
    tame = torch.linalg.cond(M.double()) * torch.finfo(torch.float32).eps < 0.1
    assert tame.sum() > 0.95 * count
    assert (result.error_bound[tame] <= HALF_DIGIT[torch.float32]).all()
    assert result.value.dtype == torch.float32


def test_half_digit_bounds_are_about_the_true_inverse():
    M = draws("rand", 200, 4, torch.float64, seed=5)
    result = gd.inv(M)
    again = result.value @ M - torch.eye(4)
    assert again.norm(dim=(-2, -1)).max() < 1e-10  # κ times a digit, no more


@pytest.mark.parametrize("n", range(2, 13))
def test_hilbert_matrices_are_proven_up_to_twelve(n):
    result = gd.inv(gd.matrices.hilbert(n))
    assert result.error_bound < (2.3e-16 if n <= 10 else 1e-12)


@pytest.mark.parametrize("exponent", [-300, -150, 150, 300])
def test_scale_does_not_matter(exponent):
    M = gd.matrices.random_2020()
    result = gd.inv(M * 10.0**exponent)
    assert result.converged
    assert result.error_bound <= HALF_DIGIT[torch.float64]


def test_an_inverse_beyond_the_range_says_so():
    result = gd.inv(gd.matrices.random_2020() * 1e-310)
    assert result.status is gd.Status.overflow
    assert result.error_bound == math.inf


def test_singular_matrices_are_all_named_and_give_the_pseudo_inverse():
    generator = torch.Generator().manual_seed(7)
    count = 0
    for n in range(2, 10):
        for rank in (1, n - 1):
            M = integers_of_rank(rank, 25, n, n, generator)
            result = gd.inv(M)
            expected = torch.linalg.pinv(M, rtol=1e-12)
            size = expected.norm(dim=(-2, -1)).clamp(min=1e-300)
            assert all(status is gd.Status.singular for status in result.status)
            assert ((result.value - expected).norm(dim=(-2, -1)) / size).max() < 1e-10
            image = (M @ result.witness[..., None]).norm(dim=(-2, -1))
            assert (image <= result.distance + 1e-14 * M.norm(dim=(-2, -1))).all()
            assert (result.distance <= 1e-13 * M.norm(dim=(-2, -1))).all()
            trace = (torch.eye(n) - result.value @ M).diagonal(dim1=-2, dim2=-1).sum(-1)
            ranks = torch.linalg.matrix_rank(M, rtol=1e-12)
            assert (trace - (n - ranks)).abs().max() < 1e-8
            count += len(M)
    assert count == 400


@pytest.mark.parametrize("n", [1, 2, 5])
def test_the_zero_matrix_is_singular_and_its_pseudo_inverse_is_zero(n):
    result = gd.inv(torch.zeros(n, n))
    assert result.status is gd.Status.singular
    assert not result.value.any()
    assert result.distance == 0


@pytest.mark.parametrize(("smallest", "name"), [(1e-10, "converged"), (1e-20, "singular")])
def test_nearly_singular_is_proven_or_named(smallest, name):
    generator = torch.Generator().manual_seed(1)
    M = gd.matrices.with_singular_values([1, 0.5, 0.2, smallest], generator)
    assert gd.inv(M).status.name == name


def test_one_bad_matrix_neither_spoils_nor_delays_its_neighbors():
    good = draws("rand", 3, 4, torch.float64)
    bad = torch.stack([torch.full((4, 4), math.nan), torch.ones(4, 4), torch.zeros(4, 4)]).double()
    alone, mixed = gd.inv(good), gd.inv(torch.cat((bad, good)))
    assert [s.name for s in mixed.status[:3]] == ["not_finite", "singular", "singular"]
    assert mixed.converged[3:].all()
    assert mixed.value[3:].equal(alone.value)
    assert mixed.steps[3:].equal(alone.steps)


def test_an_indexed_result_is_what_a_run_alone_gives():
    M = draws("randn", 6, 5, torch.float64).reshape(2, 3, 5, 5)
    batch = gd.inv(M)
    for i in range(2):
        for j in range(3):
            alone, one = gd.inv(M[i, j]), batch[i, j]
            assert one.status is alone.status
            assert one.steps == alone.steps
            assert torch.allclose(one.value, alone.value, rtol=1e-14)
            assert len(one.history.loss) == len(alone.history.loss) == int(alone.steps) + 1
            assert torch.allclose(one.history.loss, alone.history.loss, rtol=1e-6)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize(("n", "count"), [(2, 500), (4, 500), (8, 100), (32, 10)])
def test_solve_proves_every_right_hand_side(n, count, dtype):
    A, b = draws("randn", count, n, dtype, seed=1), draws("rand", count, n, dtype, seed=2)
    result = gd.solve(A, b)
    tame = torch.linalg.cond(A.double()) * torch.finfo(dtype).eps < 0.1
    assert (result.error_bound[tame] <= 2 * torch.finfo(dtype).eps).all()
    expected = torch.linalg.solve(A.double(), b.double())[tame]
    rtol = 1e-3 if dtype == torch.float32 else 1e-6
    assert torch.allclose(result.value[tame].double(), expected, rtol=rtol)


@pytest.mark.parametrize("shape", [(6, 3), (3, 6), (20, 5), (9, 1), (1, 9), (4, 4)], ids=str)
def test_lstsq_and_pinv_prove_every_shape_of_full_rank(shape):
    generator = torch.Generator().manual_seed(3)
    A = torch.randn(200, *shape, generator=generator, dtype=torch.float64)
    b = torch.randn(200, shape[0], 2, generator=generator, dtype=torch.float64)
    inverse, solution = gd.pinv(A), gd.lstsq(A, b)
    assert inverse.converged.all()
    assert solution.converged.all()
    assert torch.allclose(inverse.value, torch.linalg.pinv(A), rtol=1e-8, atol=1e-9)
    assert torch.allclose(solution.value, torch.linalg.pinv(A) @ b, rtol=1e-8, atol=1e-9)


def test_rank_deficient_pinv_and_lstsq_prove_nothing_and_are_right():
    generator = torch.Generator().manual_seed(4)
    A = integers_of_rank(2, 100, 7, 5, generator)
    b = torch.randn(100, 7, generator=generator, dtype=torch.float64)
    expected = torch.linalg.pinv(A, rtol=1e-12)
    for result, answer in (
        (gd.pinv(A), expected),
        (gd.lstsq(A, b), (expected @ b[..., None]).squeeze(-1)),
    ):
        assert not result.error_bound.isfinite().any()
        assert all(status is gd.Status.singular for status in result.status)
        assert (result.value - answer).abs().max() < 1e-10
    assert (gd.pinv(A).distance < 1e-13 * A.norm(dim=(-2, -1))).all()


@pytest.mark.parametrize(
    ("a", "b", "x"),
    [
        ((4, 4), (4,), (4,)),
        ((4, 4), (4, 2), (4, 2)),
        ((3, 4, 4), (3, 4), (3, 4)),
        ((3, 4, 4), (4,), (3, 4)),
        ((3, 4, 4), (4, 2), (3, 4, 2)),
        ((4, 4), (3, 4, 2), (3, 4, 2)),
        ((2, 1, 4, 4), (3, 4, 2), (2, 3, 4, 2)),
    ],
    ids=str,
)
def test_right_hand_sides_broadcast_as_in_torch(a, b, x):
    generator = torch.Generator().manual_seed(6)
    A = torch.rand(a, generator=generator, dtype=torch.float64) + 2 * torch.eye(4)
    B = torch.rand(b, generator=generator, dtype=torch.float64)
    result = gd.solve(A, B)
    expected = torch.linalg.solve(A, B)
    assert result.value.shape == expected.shape == x
    assert torch.allclose(result.value, expected)
    assert result.converged.all()


def test_any_optimizer_of_torch_fits():
    M = gd.matrices.diagonal_2020()
    for optimizer, options in (
        (torch.optim.SGD, {"lr": 0.5, "momentum": 0.5}),
        (torch.optim.Adam, {"lr": 0.01}),
        (torch.optim.LBFGS, {}),
        (torch.optim.Adagrad, {"lr": 0.5}),
        (torch.optim.Rprop, {}),
        (gd.ConjugateGradient, {}),
        (gd.RelativeGradient, {"scaled": False}),
    ):
        result = gd.inv(M, optimizer=optimizer, tolerance=1e-3, max_steps=20_000, **options)
        assert result.converged, optimizer


def test_torch_gives_the_same_steps_by_hand():
    M = gd.matrices.random_2020()
    for optimizer, options in (
        (torch.optim.SGD, {"lr": 0.9, "momentum": 0.9}),
        (torch.optim.Adam, {"lr": 0.01}),
    ):
        result = gd.minimize(gd.Inverse(M), optimizer, max_steps=50, **options)
        X = torch.zeros(4, 4, dtype=torch.float64, requires_grad=True)
        by_hand = optimizer([X], **options)
        for step in range(50):
            by_hand.zero_grad()
            loss = (X @ M - torch.eye(4)).square().mean()
            assert abs(loss.item() / result.history.loss[step] - 1) < 1e-12
            loss.backward()
            by_hand.step()
        assert (result.value - X.detach()).abs().max() < 1e-12


def test_the_finish_is_there_for_torch_too():
    M = gd.matrices.with_singular_values([1, 0.6, 0.4, 0.3], torch.Generator().manual_seed(1))
    options = {"optimizer": torch.optim.SGD, "lr": 2.0, "momentum": 0.6}
    plain, finished = gd.inv(M, **options), gd.inv(M, finish=True, **options)
    assert plain.status is gd.Status.floor
    assert finished.converged
    assert finished.error_bound < 1.1e-16 < plain.error_bound
    assert finished.steps < plain.steps


def test_a_run_can_be_continued():
    problem = gd.Inverse(gd.matrices.random_2020())
    options = {"lr": 0.9, "tolerance": 1e-6}
    first = gd.minimize(problem, torch.optim.SGD, max_steps=100, **options)
    second = gd.minimize(problem, torch.optim.SGD, max_steps=100, **options)
    whole = gd.minimize(
        gd.Inverse(gd.matrices.random_2020()), torch.optim.SGD, max_steps=200, **options
    )
    assert first.status is gd.Status.out_of_steps
    assert second.history.loss[0] == first.history.loss[-1]
    assert torch.allclose(second.value, whole.value)


def test_callback_sees_every_iterate_and_progress_shows_a_bar(capsys):
    seen = []
    gd.inv(
        gd.matrices.diagonal_2020(), progress=True,
        callback=lambda step, problem: seen.append((step, problem().item())),
    )  # fmt: skip
    assert [step for step, _ in seen] == list(range(len(seen)))
    assert seen[-1][1] < seen[0][1]
    assert "step" in capsys.readouterr().err


matrices = st.integers(0, 10_000).map(lambda seed: draws("randn", 1, 4, torch.float64, seed)[0])


@settings(max_examples=15, deadline=None)
@given(M=matrices, exponent=st.integers(-40, 40), order=st.permutations(range(4)))
def test_inverses_follow_scaling_transposition_and_permutation(M, exponent, order):
    X = gd.inv(M)
    scaled, turned, permuted = gd.inv(M * 2.0**exponent), gd.inv(M.mT), gd.inv(M[order])
    assert scaled.value.equal(X.value * 2.0**-exponent)
    for other, expected in ((turned.value, X.value.mT), (permuted.value, X.value[:, order])):
        assert (other - expected).norm() <= 2.3e-16 * expected.norm()
    assert X.converged
    assert turned.converged
    assert permuted.converged


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), order=st.permutations(range(5)))
def test_a_permuted_batch_gives_permuted_results(seed, order):
    M = draws("rand", 5, 3, torch.float64, seed)
    plain, permuted = gd.inv(M), gd.inv(M[order])
    assert permuted.value.equal(plain.value[order])
    assert permuted.steps.equal(plain.steps[order])


@pytest.mark.parametrize(("left", "right"), [(40, 0), (0, 40), (25, 25)])
def test_matrices_in_bad_units_are_proven_all_the_same(left, right):
    generator = torch.Generator().manual_seed(8)
    M = torch.randn(50, 6, 6, generator=generator, dtype=torch.float64)
    rows = torch.randint(-left, left + 1, (50, 6, 1), generator=generator)
    columns = torch.randint(-right, right + 1, (50, 1, 6), generator=generator)
    result = gd.inv(torch.ldexp(torch.ldexp(M, rows), columns))
    assert result.converged.all()


@pytest.mark.parametrize("n", [4, 8, 14])
def test_float32_is_proven_whatever_its_condition(n):
    result = gd.inv(gd.matrices.hilbert(n, torch.float32))
    assert result.converged
    assert result.error_bound <= HALF_DIGIT[torch.float32]


@pytest.mark.parametrize("family", ["lehmer", "frank", "pascal", "moler", "kahan", "vandermonde"])
@pytest.mark.parametrize("n", [4, 8, 12])
def test_named_families_are_proven(family, n):
    assert gd.inv(getattr(gd.matrices, family)(n)).error_bound < 2.3e-16

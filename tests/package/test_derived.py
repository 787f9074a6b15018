"""The logarithm, the null space and the general sign: bounds against 60 digits and more."""

from unittest import mock

import mpmath
import pytest
import torch

import gdinverse as gd
from gdinverse.proof import Ball
from gdinverse.proof.refine import refined
from tests.package.atlas_truth import roots
from tests.package.atlas_truth import sign as true_sign
from tests.package.exact import Exact, exact, rational, squared_norm

INF = float("inf")


def definite(n: int, condition: float, g: torch.Generator) -> torch.Tensor:
    U = torch.linalg.qr(torch.randn(n, n, generator=g, dtype=torch.float64)).Q
    spread = torch.rand(n, generator=g, dtype=torch.float64) * torch.tensor(condition).log10()
    S = U * 10**-spread @ U.mT
    return (S + S.mT) / 2


def error_of_log(S: torch.Tensor, value: torch.Tensor) -> mpmath.mpf:
    """‖value − log S‖ by an eigendecomposition of 60 digits."""
    with mpmath.workdps(60):
        values, Q = mpmath.eigsy(mpmath.matrix(S.double().tolist()))
        assert min(values) > 0
        answer = Q * mpmath.diag([mpmath.log(x) for x in values]) * Q.T
        return mpmath.mnorm(answer - mpmath.matrix(value.tolist()), "f")


def check_log(g: torch.Generator, dtype: torch.dtype, n: int) -> float:
    """One random matrix: the bound holds, and is a few units of the last digit of the largest."""
    condition = 10 ** float(12 * torch.rand((), generator=g)) if dtype == torch.float64 else 100
    scale = 10.0 ** float(torch.randint(-2, 3, (), generator=g) * (12 if condition == 100 else 99))
    S = (definite(n, condition, g) * scale).to(dtype)
    found = gd.logm(S)
    assert error_of_log(S, found.value) <= float(found.error_bound)
    return float(found.error_bound / found.value.norm())


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
def test_no_bound_on_a_logarithm_is_below_its_error(dtype):
    g = torch.Generator().manual_seed(0)
    sizes = [check_log(g, dtype, 1 + k % 4) for k in range(12)]
    assert max(sizes) < 1e-14


def test_a_series_that_ends_too_early_and_roots_that_are_rough_are_in_the_bound(monkeypatch):
    """Both are far below rounding as a rule: here one of them at a time is not."""
    S = definite(3, 50.0, torch.Generator().manual_seed(3))
    inside = gd.logm.__globals__
    for near in (0.3, 0.6):
        monkeypatch.setitem(inside, "NEAR", near)
        found = gd.logm(S)
        assert 1e-14 < error_of_log(S, found.value) <= float(found.error_bound) < 1e-2
    monkeypatch.undo()
    for size in (1e-10, 1e-5):

        def rough(step, X, _, size=size):
            return refined(step, X + size * torch.eye(3), 0)

        monkeypatch.setitem(inside, "refined", rough)
        found = gd.logm(S)
        assert size < error_of_log(S, found.value) <= float(found.error_bound) < 1e4 * size


def test_the_logarithm_of_a_batch_is_that_of_its_matrices_and_nothing_is_said_of_others():
    g = torch.Generator().manual_seed(1)
    one, other = definite(3, 10.0, g), definite(3, 1e6, g)
    found = gd.logm(torch.stack([one, other, -one, torch.ones(3, 3), torch.nan * one]))
    for S, value, bound in zip((one, other), found.value, found.error_bound, strict=False):
        assert error_of_log(S, value) <= float(bound) < 1e-12
    assert found.error_bound[2:].isinf().all()
    assert found.value[2:].isnan().all()


def test_the_logarithm_of_the_identity_is_zero_and_of_a_tiny_change_has_digits():
    assert not gd.logm(torch.eye(3)).value.any()
    found = gd.logm(torch.eye(2).double() * (1 + 2.0**-40))
    assert found.error_bound < 1e-15 * found.value.norm()


def kernel(A: Exact) -> Exact:
    """A basis of the null space, from the reduced rows."""
    R, rank = A.rref()
    n = A.ncols()
    pivots = [next(j for j in range(n) if R[i, j] != 0) for i in range(rank)]
    free = [j for j in range(n) if j not in pivots]
    K = Exact(n, len(free))
    for k, j in enumerate(free):
        K[j, k] = 1
        for i, pivot in enumerate(pivots):
            K[pivot, k] = -R[i, j]
    return K


def holds_on(M: torch.Tensor) -> float:
    """The bound, which is not below the distance to the nearest orthonormal basis."""
    N, bound = gd.null_space(M)
    K = kernel(exact(M))
    assert K.ncols() == N.shape[-1]
    part = K * (K.transpose() * K).inv() * (K.transpose() * exact(N))
    nearest = part * roots(part.transpose() * part)[1]
    assert squared_norm(exact(N) - nearest) <= rational(float(bound)) ** 2
    return float(bound)


@pytest.mark.parametrize(
    ("dtype", "least"), [(torch.float64, 1e-13), (torch.float32, 1e-5)], ids=["float64", "float32"]
)
def test_no_bound_on_a_null_space_is_below_its_error(dtype, least):
    g = torch.Generator().manual_seed(2)
    for k in range(24):
        rows, columns = 1 + k % 5, 2 + k % 4
        rank = min(rows, columns - 1, 1 + k % 3)
        left, right = (
            torch.randint(-3, 4, shape, generator=g) for shape in ((rows, rank), (rank, columns))
        )
        M = (left @ right).to(dtype) * 2.0 ** (k - 12)
        assert holds_on(M) < least


def test_a_spoiled_null_space_has_a_larger_bound(monkeypatch):
    """The bound is of what is returned: turn the vectors, and it says by how much."""
    M = torch.tensor([[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [0.0, 1.0, 1.0]]).double()
    assert holds_on(M) < 1e-14
    longer = 1.001 * torch.eye(3).double()
    turn = torch.tensor([[0.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]]).double()
    for by, change in (
        (1e-9, torch.linalg.matrix_exp(1e-9 * turn)),
        (1e-3, torch.linalg.matrix_exp(1e-3 * turn)),
        (1e-3, longer),
    ):

        def spoiled(M, change=change):
            U, S, Vh = gd.svd(M).value
            return mock.Mock(value=(U, S, change @ Vh))

        monkeypatch.setitem(gd.null_space.__globals__, "svd", spoiled)
        assert 0.99 * by <= holds_on(M) < 3 * by


def test_null_spaces_of_every_dimension():
    assert gd.null_space(torch.eye(3)).value.shape == (3, 0)
    assert gd.null_space(torch.zeros(2, 3)).value.shape == (3, 3)
    assert gd.null_space(torch.zeros(2, 3)).error_bound < 1e-14
    assert gd.null_space(torch.diag(torch.tensor([1.0, 1e-3])), tol=1e-2).value.shape == (2, 1)
    with pytest.raises(ValueError, match=r"dimensions \[0, 1\]"):
        gd.null_space(torch.stack([torch.eye(2), torch.ones(2, 2)]))


def error_of_sign(M: torch.Tensor, value: torch.Tensor) -> float:
    return float(squared_norm(exact(value) - true_sign(M))) ** 0.5


def skewed(n: int, smallest: float, g: torch.Generator) -> torch.Tensor:
    """Real eigenvalues of both signs, down to the smallest, on vectors that lean on each other."""
    V = torch.randn(n, n, generator=g, dtype=torch.float64)
    signs = 1 - 2 * (torch.arange(n) % 2)
    return V * (signs * smallest ** torch.linspace(0, 1, n)).double() @ torch.linalg.inv(V)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
def test_every_random_sign_is_proven_to_the_last_digit(dtype):
    g = torch.Generator().manual_seed(4)
    for n in (1, 2, 3, 4, 6, 8):
        M = torch.randn(3, n, n, generator=g, dtype=torch.float64).to(dtype)
        value, bound = gd.signm(M)
        assert value.dtype == dtype
        assert (bound <= 1.2 * torch.finfo(dtype).eps * value.double().norm(dim=(-2, -1))).all()
        for i in range(3):
            assert error_of_sign(M[i], value[i]) <= float(bound[i])


def test_no_bound_on_a_sign_is_below_its_error_where_eigenvalues_are_near_the_axis():
    g = torch.Generator().manual_seed(5)
    proven = 0
    for k in range(12):
        M = skewed(2 + k % 3, 10.0 ** -(k % 7), g)
        value, bound = gd.signm(M)
        proven += bool(bound < INF)
        assert bound == INF or error_of_sign(M, value) <= float(bound)
    assert proven >= 11


def test_signs_of_matrices_without_eigenvectors_enough_and_of_far_units():
    block = torch.eye(3).double() * 2 + torch.diag(torch.ones(2), 1)
    M = torch.block_diag(block, -block).double()
    M[:3, 3:] = 1
    for scaled in (M, M * 2.0**900, M * 2.0**-900):
        value, bound = gd.signm(scaled)
        assert error_of_sign(M, value) <= float(bound) < 1e-14


@pytest.mark.parametrize(
    "M",
    [
        [[0.0, 1.0], [-1.0, 0.0]],
        [[0.0, 1.0], [0.0, 0.0]],
        [[1.0, 0.0], [0.0, 0.0]],
        [[0.0, 0.0], [0.0, 0.0]],
        [[float("nan"), 1.0], [0.0, 1.0]],
        [[1.0, 2.0], [2.0, 4.0]],
    ],
)
def test_no_sign_is_given_where_there_is_none(M):
    value, bound = gd.signm(torch.tensor(M).double())
    assert bound == INF
    assert value.isnan().all()


def test_a_root_of_the_identity_that_is_another_one_has_no_bound(monkeypatch):
    M = skewed(3, 0.1, torch.Generator().manual_seed(6))
    sign = gd.signm(M).value
    V = torch.linalg.eigh(M @ M.mT).eigenvectors
    others = (torch.eye(3).double(), -sign, V * torch.tensor([1.0, -1.0, 1.0]).double() @ V.mT)
    for other in others:
        monkeypatch.setitem(gd.signm.__globals__, "newton", lambda X, other=other: other.clone())
        assert gd.signm(M).error_bound == INF


@pytest.mark.parametrize("size", [1e-12, 1e-9, 1e-6])
def test_a_rough_sign_has_its_error_in_the_bound(monkeypatch, size):
    """As it stands: turned away by a similarity, or no root of the identity any more."""
    M = torch.randn(4, 4, generator=torch.Generator().manual_seed(7), dtype=torch.float64)
    sign = gd.signm(M).value
    E = size * torch.randn(4, 4, generator=torch.Generator().manual_seed(8), dtype=torch.float64)
    back = torch.linalg.inv(torch.eye(4) + E)

    def as_it_stands(step, X, _):
        return refined(step, X, 0)

    monkeypatch.setitem(gd.signm.__globals__, "refined", as_it_stands)
    for rough in ((torch.eye(4) + E) @ sign @ back, sign + E):
        monkeypatch.setitem(gd.signm.__globals__, "newton", lambda X, rough=rough: rough)
        value, bound = gd.signm(M)
        assert error_of_sign(M, value) <= float(bound) < 1e4 * size


@pytest.mark.parametrize("angle", [1e-10, 1e-6, 1e-2])
def test_the_bound_on_a_turned_sign_is_its_error_up_to_a_small_factor(monkeypatch, angle):
    """Where eigenvectors are orthogonal, nothing is lost by looking at them askew."""
    M = torch.diag(torch.tensor([1.0, -1.5])).double()
    turn = torch.linalg.matrix_exp(angle * torch.tensor([[0.0, 1.0], [-1.0, 0.0]]).double())
    turned = turn @ M.sign() @ turn.mT
    monkeypatch.setitem(gd.signm.__globals__, "newton", lambda X: turned)
    monkeypatch.setitem(gd.signm.__globals__, "refined", lambda step, X, _: refined(step, X, 0))
    value, bound = gd.signm(M)
    error = error_of_sign(M, value)
    assert error <= float(bound) < 4 * error


def test_a_large_matrix_near_the_axis_has_no_bound_though_a_commuting_root_is_near():
    """W exists, and moves the large eigenvalue by more than the small one is from the axis."""
    conjugation = gd.signm.__globals__["conjugation"]
    eye, k = Ball.exact(torch.eye(2)), torch.tensor(0.2).double()
    near, far = (torch.diag(torch.tensor([1.0, large])) for large in (1.0, 1e4))
    assert conjugation(Ball.exact(near), k, eye, k / k) < 1
    assert conjugation(Ball.exact(far), k, eye, k / k) == INF


def test_the_sign_of_a_symmetric_matrix_is_the_same_by_both_functions():
    M = torch.randn(5, 4, 4, generator=torch.Generator().manual_seed(9), dtype=torch.float64)
    M = M + M.mT
    found, other = gd.signm(M), gd.sign(M)
    apart = torch.linalg.matrix_norm(found.value - other.value)
    assert (apart <= found.error_bound + 2 * other.error_bound).all()

"""Matrices whose spectrum is hard on an SVD or on eigenvectors, and answers in 60 digits."""

import math

import mpmath
import torch
from torch import Generator, Tensor

DIGITS = 60


def spectrum(name: str, n: int, g: Generator) -> Tensor:
    """The values that a family is to have."""
    i = torch.arange(n, dtype=torch.float64)
    noise = torch.randn(n, generator=g, dtype=torch.float64)
    half = i < n // 2
    return {
        "repeated": torch.where(half, 2.0, 1.0),
        "identity": torch.ones(n),
        "graded": 10 ** (-12 * i / max(n - 1, 1)),
        "half zero": torch.where(half, 1 + i, 0.0),
        "clustered": 1 + 1e-8 * noise,
        "two clusters": torch.where(half, 1.0, 0.5) + 1e-9 * noise,
        "all zero": torch.zeros(n),
        "rank 1": (i == 0).double(),
    }[name].double()


DRAWN = ("rand", "randn")
GIVEN = (
    "repeated",
    "identity",
    "graded",
    "half zero",
    "clustered",
    "two clusters",
    "all zero",
    "rank 1",
)
FAMILIES = DRAWN + GIVEN


def draw(name: str, count: int, m: int, n: int, seed: int = 0) -> Tensor:
    """A batch of matrices of a family."""
    g = Generator().manual_seed(seed)
    if name in DRAWN:
        return getattr(torch, name)(count, m, n, generator=g, dtype=torch.float64)
    left, right = (
        torch.linalg.qr(torch.randn(count, k, min(m, n), generator=g, dtype=torch.float64)).Q
        for k in (m, n)
    )
    values = torch.stack([spectrum(name, min(m, n), g) for _ in range(count)])
    return (left * values.unsqueeze(-2)) @ right.mT


def draw_symmetric(name: str, count: int, n: int, seed: int = 0) -> Tensor:
    """A batch of symmetric matrices of a family, with eigenvalues of both signs."""
    g = Generator().manual_seed(seed)
    if name in DRAWN:
        A = getattr(torch, name)(count, n, n, generator=g, dtype=torch.float64)
        return (A + A.mT) / 2
    Q = torch.linalg.qr(torch.randn(count, n, n, generator=g, dtype=torch.float64)).Q
    values = torch.stack([spectrum(name, n, g) for _ in range(count)])
    values[..., ::3] *= -1
    A = (Q * values.unsqueeze(-2)) @ Q.mT
    return (A + A.mT) / 2


def _toeplitz(*first: float) -> Tensor:
    i = torch.arange(len(first))
    return torch.tensor(first, dtype=torch.float64)[(i[:, None] - i).abs()]


def _ones(n: int) -> Tensor:
    return torch.ones(n, n, dtype=torch.float64)


def _shift(n: int, by: int = 1) -> Tensor:
    return torch.diag(torch.ones(n - by, dtype=torch.float64), by)


def _hadamard(n: int) -> Tensor:
    H = _ones(1)
    while len(H) < n:
        H = torch.cat((torch.cat((H, H), 1), torch.cat((H, -H), 1)), 0)
    return H


def _kahan(n: int) -> Tensor:
    sine, cosine = math.sin(1.2), math.cos(1.2)
    R = torch.eye(n, dtype=torch.float64) - cosine * _ones(n).triu(1)
    return sine ** torch.arange(n, dtype=torch.float64)[:, None] * R


def _index(n: int) -> Tensor:
    return torch.arange(1.0, n + 1, dtype=torch.float64)


def _both(a: Tensor) -> Tensor:
    """[[0, a], [aᵀ, 0]], whose eigenvalues come in pairs ±σ."""
    zeros = [a.new_zeros(k, k) for k in a.shape]
    return torch.cat((torch.cat((zeros[0], a), 1), torch.cat((a.mT, zeros[1]), 1)), 0)


_RANDN = torch.randn(9, 5, generator=Generator().manual_seed(7), dtype=torch.float64)
_PERM = torch.eye(9, dtype=torch.float64)[torch.randperm(9, generator=Generator().manual_seed(3))]

SYMMETRIC = {
    "hilbert 20": 1 / (_index(20)[:, None] + _index(20) - 1),
    "hadamard 16": _hadamard(16),
    "toeplitz": _toeplitz(*(0.5**k for k in range(20))),
    "circulant": _toeplitz(2, -1, 0, 0, 0, 0, 0, 0, 0, -1),
    "second difference": _toeplitz(2, -1, *[0] * 48),
    "complete graph": _ones(8) - torch.eye(8, dtype=torch.float64),
    "exchange": torch.eye(9, dtype=torch.float64).flip(0),
    "minimum": torch.minimum(_index(12)[:, None], _index(12)),
    "wilkinson 21": torch.diag((_index(21) - 11).abs()) + _shift(21) + _shift(21).mT,
    "plus and minus": _both(_RANDN),
    "bipartite": _both(_ones(7)[:4]),
    "diagonal": torch.diag(torch.tensor([3.0, -1.0, 2.0, 0.0], dtype=torch.float64)),
    "one": torch.tensor([[-3.0]], dtype=torch.float64),
}
NAMED = SYMMETRIC | {
    "kahan 40": _kahan(40),
    "jordan": torch.eye(50, dtype=torch.float64) + _shift(50),
    "nilpotent": _shift(12),
    "grcar": _ones(20).triu().tril(3) - _shift(20).mT,
    "lower ones": _ones(30).tril(),
    "permutation": _PERM,
    "rows graded": _RANDN * 10.0 ** -(3 * torch.arange(9, dtype=torch.float64))[:, None],
    "one column": _RANDN[:, :1],
    "one row": _RANDN[:, :1].mT,
}


def true_singular_values(M: Tensor) -> list[mpmath.mpf]:
    """The singular values of exactly these floats, descending."""
    with mpmath.workdps(DIGITS):
        tall = M if M.shape[0] >= M.shape[1] else M.mT
        return sorted(mpmath.svd_r(mpmath.matrix(tall.tolist()), compute_uv=False), reverse=True)


def true_eigen(S: Tensor) -> tuple[list[mpmath.mpf], mpmath.matrix]:
    """Eigenvalues, ascending, and eigenvectors of exactly these floats."""
    with mpmath.workdps(DIGITS):
        values, vectors = mpmath.eigsy(mpmath.matrix(S.tolist()))
        return list(values), vectors


def errors(values: Tensor, true: list[mpmath.mpf]) -> list[float]:
    """How far each value is off, computed in 60 digits."""
    with mpmath.workdps(DIGITS):
        pairs = zip(values.tolist(), true, strict=True)
        return [float(abs(mpmath.mpf(value) - answer)) for value, answer in pairs]

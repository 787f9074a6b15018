"""Matrices that are hard on a proof: structured, badly scaled, nearly singular, singular."""

from collections.abc import Callable

import torch
from torch import Generator, Tensor

Draw = Callable[[int, Generator], Tensor]


def _rand(n: int, g: Generator) -> Tensor:
    return torch.rand(n, n, generator=g, dtype=torch.float64)


def _randn(n: int, g: Generator) -> Tensor:
    return torch.randn(n, n, generator=g, dtype=torch.float64)


def _integers(n: int, g: Generator) -> Tensor:
    return torch.randint(-9, 10, (n, n), generator=g).double()


def _orthogonal(n: int, g: Generator) -> Tensor:
    return torch.linalg.qr(_randn(n, g)).Q.contiguous()


def _permutation(n: int, g: Generator) -> Tensor:
    return torch.eye(n, dtype=torch.float64)[torch.randperm(n, generator=g)]


def _ones_and_index(n: int) -> tuple[Tensor, Tensor]:
    i = torch.arange(1.0, n + 1, dtype=torch.float64)
    return i[:, None], i[None, :]


def _hilbert(n: int, g: Generator) -> Tensor:
    i, j = _ones_and_index(n)
    return 1 / (i + j - 1)


def _lehmer(n: int, g: Generator) -> Tensor:
    i, j = _ones_and_index(n)
    return torch.minimum(i, j) / torch.maximum(i, j)


def _frank(n: int, g: Generator) -> Tensor:
    i, j = _ones_and_index(n)
    return torch.where(j >= i - 1, n + 1 - torch.maximum(i, j), 0.0)


def _pascal(n: int, g: Generator) -> Tensor:
    P = torch.ones(n, n, dtype=torch.float64)
    for i in range(1, n):
        for j in range(1, n):
            P[i, j] = P[i - 1, j] + P[i, j - 1]
    return P


def _moler(n: int, g: Generator) -> Tensor:
    L = torch.eye(n, dtype=torch.float64) - torch.ones(n, n, dtype=torch.float64).tril(-1)
    return L @ L.mT


def _kahan(n: int, g: Generator) -> Tensor:
    sine, cosine = 0.8, 0.6
    R = torch.eye(n, dtype=torch.float64) - cosine * torch.ones(n, n, dtype=torch.float64).triu(1)
    return sine ** torch.arange(n, dtype=torch.float64)[:, None] * R


def _vandermonde(n: int, g: Generator) -> Tensor:
    return torch.vander(torch.linspace(-1, 1, n, dtype=torch.float64))


def _graded(n: int, g: Generator) -> Tensor:
    return _randn(n, g) * 10.0 ** -torch.arange(n, dtype=torch.float64)


def _triangular(n: int, g: Generator) -> Tensor:
    return _randn(n, g).tril()


def _nearly_singular(n: int, g: Generator) -> Tensor:
    M = _randn(n, g)
    M[:, -1] = M[:, 0] + 1e-10 * M[:, -1]
    return M


def _powers(n: int, g: Generator, largest: int) -> Tensor:
    k = torch.randint(-largest, largest + 1, (n,), generator=g)
    return torch.ldexp(torch.ones((), dtype=torch.float64), k.double())


def _rows_scaled(n: int, g: Generator) -> Tensor:
    return _powers(n, g, 40)[:, None] * _randn(n, g)


def _columns_scaled(n: int, g: Generator) -> Tensor:
    return _randn(n, g) * _powers(n, g, 40)


def _both_scaled(n: int, g: Generator) -> Tensor:
    return _powers(n, g, 25)[:, None] * _randn(n, g) * _powers(n, g, 25)


def _singular(n: int, g: Generator) -> Tensor:
    """Integers, so the product of two factors of rank n − 1 is exactly singular."""
    left = torch.randint(-9, 10, (n, max(n - 1, 1)), generator=g).double()
    right = torch.randint(-9, 10, (max(n - 1, 1), n), generator=g).double()
    return left @ right if n > 1 else torch.zeros(1, 1, dtype=torch.float64)


RANDOM: dict[str, Draw] = {"rand": _rand, "randn": _randn, "integers": _integers}
STRUCTURED: dict[str, Draw] = {
    "hilbert": _hilbert,
    "pascal": _pascal,
    "frank": _frank,
    "lehmer": _lehmer,
    "moler": _moler,
    "kahan": _kahan,
    "vandermonde": _vandermonde,
    "graded": _graded,
    "triangular": _triangular,
    "orthogonal": _orthogonal,
    "permutation": _permutation,
    "nearly singular": _nearly_singular,
}
SCALED: dict[str, Draw] = {
    "rows scaled": _rows_scaled,
    "columns scaled": _columns_scaled,
    "both scaled": _both_scaled,
}
SINGULAR: dict[str, Draw] = {"singular": _singular}
ALL = RANDOM | STRUCTURED | SCALED | SINGULAR

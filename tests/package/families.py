"""Matrices that are hard on a proof: structured, badly scaled, nearly singular, singular.

And the scales that a dtype holds, from its subnormals up.
"""

from collections.abc import Callable

import torch
from torch import Generator, Tensor

from gdinverse import matrices

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
    "hilbert": lambda n, g: matrices.hilbert(n),
    "pascal": lambda n, g: matrices.pascal(n),
    "frank": lambda n, g: matrices.frank(n),
    "lehmer": lambda n, g: matrices.lehmer(n),
    "moler": lambda n, g: matrices.moler(n),
    "kahan": lambda n, g: matrices.kahan(n),
    "vandermonde": lambda n, g: matrices.vandermonde(n),
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
SCALES = {
    torch.float64: (1.0, 1.0, 1e150, 1e-150, 1e300, 1e-300, 3e-309),
    torch.float32: (1.0, 1.0, 1e30, 1e-30, 1e-40),
}

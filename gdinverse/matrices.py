"""Matrices whose inverse, spectrum or history is known."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


def random_2020(dtype: torch.dtype = torch.float64) -> Tensor:
    """Matrix 1 of 2020: seed 314, `rand(4, 4)` in float32, then widened.

    `torch.rand(4, 4, dtype=torch.float64)` at the same seed is another matrix, because a double
    takes twice as many bits of the stream.

    Returns
    -------
    Tensor of shape (4, 4)
        Condition number 18.67.

    Examples
    --------
    >>> import gdinverse as gd
    >>> gd.matrices.random_2020()[0]
    tensor([0.7196, 0.6295, 0.6667, 0.3385], dtype=torch.float64)
    """
    return torch.rand(4, 4, generator=torch.Generator().manual_seed(314)).to(dtype)


def diagonal_2020(dtype: torch.dtype = torch.float64) -> Tensor:
    """Matrix 2 of 2020: diag(1, 2, 3, 4).

    Examples
    --------
    >>> import gdinverse as gd
    >>> gd.matrices.diagonal_2020().diagonal()
    tensor([1., 2., 3., 4.], dtype=torch.float64)
    """
    return torch.diag(torch.arange(1, 5, dtype=dtype))


def hilbert(n: int, dtype: torch.dtype = torch.float64) -> Tensor:
    """The Hilbert matrix, 1/(i + j − 1): a textbook case of ill-conditioning.

    References
    ----------
    Hilbert (1894), Ein Beitrag zur Theorie des Legendre'schen Polynoms.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> f"{torch.linalg.cond(gd.matrices.hilbert(4)):.0f}"
    '15514'
    """
    i = torch.arange(1, n + 1, dtype=torch.float64)
    return (1 / (i[:, None] + i - 1)).to(dtype)


def with_singular_values(sigma: Any, generator: torch.Generator | None = None) -> Tensor:
    """A random matrix with the singular values that you choose.

    Parameters
    ----------
    sigma : sequence of n numbers
        The singular values.
    generator : torch.Generator, optional
        The stream for the two random orthogonal factors.

    Returns
    -------
    float64 Tensor of shape (n, n)

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> M = gd.matrices.with_singular_values([3, 2, 1], torch.Generator().manual_seed(0))
    >>> torch.linalg.svdvals(M)
    tensor([3.0000, 2.0000, 1.0000], dtype=torch.float64)
    """
    sigma = torch.as_tensor(sigma, dtype=torch.float64)
    factors = torch.randn(2, len(sigma), len(sigma), generator=generator, dtype=torch.float64)
    Q, _ = torch.linalg.qr(factors)
    return Q[0] * sigma @ Q[1]

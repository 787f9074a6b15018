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
    i, j = _indices(n)
    return (1 / (i + j - 1)).to(dtype)


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


def lehmer(n: int) -> Tensor:
    """The Lehmer matrix, min(i, j)/max(i, j); its inverse is tridiagonal.

    Examples
    --------
    >>> import gdinverse as gd
    >>> gd.matrices.lehmer(3)[2]
    tensor([0.3333, 0.6667, 1.0000], dtype=torch.float64)
    """
    i, j = _indices(n)
    return torch.minimum(i, j) / torch.maximum(i, j)


def frank(n: int) -> Tensor:
    """The Frank matrix: integers, determinant 1, badly conditioned small eigenvalues.

    References
    ----------
    Frank (1958), Computing eigenvalues of complex matrices by determinant evaluation.

    Examples
    --------
    >>> import gdinverse as gd
    >>> gd.matrices.frank(3)
    tensor([[3., 2., 1.],
            [2., 2., 1.],
            [0., 1., 1.]], dtype=torch.float64)
    """
    i, j = _indices(n)
    return torch.where(j >= i - 1, n + 1 - torch.maximum(i, j), 0.0)


def pascal(n: int) -> Tensor:
    """The symmetric Pascal matrix of binomial coefficients, with determinant 1.

    Examples
    --------
    >>> import gdinverse as gd
    >>> gd.matrices.pascal(4)[3]
    tensor([ 1.,  4., 10., 20.], dtype=torch.float64)
    """
    P = torch.ones(n, n, dtype=torch.float64)
    for i in range(1, n):
        P[i] = P[i - 1].cumsum(0)
    return P


def moler(n: int) -> Tensor:
    """The Moler matrix L Lᵀ with −1 everywhere below L's unit diagonal: one tiny eigenvalue.

    References
    ----------
    Nash (1979), Compact numerical methods for computers, appendix 1.

    Examples
    --------
    >>> import gdinverse as gd
    >>> gd.matrices.moler(3)[2]
    tensor([-1.,  0.,  3.], dtype=torch.float64)
    """
    L = torch.eye(n, dtype=torch.float64) - torch.ones(n, n, dtype=torch.float64).tril(-1)
    return L @ L.mT


def kahan(n: int, sine: float = 0.8) -> Tensor:
    """The Kahan matrix: triangular, nearly singular, with no small pivot that would show it.

    References
    ----------
    Kahan (1966), Numerical linear algebra, §6.

    Examples
    --------
    >>> import gdinverse as gd
    >>> gd.matrices.kahan(3)[1]
    tensor([ 0.0000,  0.8000, -0.4800], dtype=torch.float64)
    """
    cosine = (1 - sine**2) ** 0.5
    R = torch.eye(n, dtype=torch.float64) - cosine * torch.ones(n, n, dtype=torch.float64).triu(1)
    return sine ** torch.arange(n, dtype=torch.float64)[:, None] * R


def vandermonde(n: int) -> Tensor:
    """The Vandermonde matrix of n equidistant points from −1 to 1.

    Examples
    --------
    >>> import gdinverse as gd
    >>> gd.matrices.vandermonde(3)
    tensor([[ 1., -1.,  1.],
            [ 0.,  0.,  1.],
            [ 1.,  1.,  1.]], dtype=torch.float64)
    """
    return torch.vander(torch.linspace(-1, 1, n, dtype=torch.float64))


def graded(n: int, generator: torch.Generator | None = None) -> Tensor:
    """A random matrix whose columns shrink by a factor of ten each.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> M = gd.matrices.graded(4, torch.Generator().manual_seed(0))
    >>> M.abs().amax(0).log10().round()
    tensor([ 0., -1., -2., -3.], dtype=torch.float64)
    """
    powers = 10.0 ** -torch.arange(n, dtype=torch.float64)
    return torch.randn(n, n, generator=generator, dtype=torch.float64) * powers


def _indices(n: int) -> tuple[Tensor, Tensor]:
    """Row and column numbers, from 1, as a column and a row."""
    i = torch.arange(1, n + 1, dtype=torch.float64)
    return i[:, None], i

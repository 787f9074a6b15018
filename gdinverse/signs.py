"""One convention for what a decomposition leaves open: order, signs, and ties."""

from __future__ import annotations

import math

import torch
from torch import Tensor

# Entries within 1 % of the largest count as largest: structured vectors have many of equal size,
# and rounding must not decide between them.
NEARLY = 0.99
CLOSE = 8  # in units of √k ε of the largest value: what rounding makes of equal values


def fix_signs(vectors: Tensor, values: Tensor, *partners: Tensor) -> tuple[Tensor, ...]:
    """Choose one of the many equally right sets of singular vectors or eigenvectors.

    Parameters
    ----------
    vectors : Tensor of shape (..., m, k)
        Right singular vectors or eigenvectors, one in each column.
    values : Tensor of shape (..., k)
        Their singular values or eigenvalues, in order.
    *partners : Tensor of shape (..., p, k)
        Left singular vectors, turned together with the right ones.

    Returns
    -------
    tuple of the vectors and their partners
        Of the same shapes.

    Notes
    -----
    Order: singular values descend, eigenvalues ascend, as in `torch.linalg`.

    Signs: in each column of `vectors` the largest entry in modulus is positive; of several within
    1 % of the largest, the first.

    Ties: values within 8 √k ε of the first of them, relative to the largest, share a space in
    which every orthonormal basis is right. The one taken is lower triangular as far as it goes:
    only its first vector has a first entry, only the first two have a second entry, and so on.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> vectors = torch.tensor([[0.6, -0.8], [-0.8, -0.6]])
    >>> gd.fix_signs(vectors, torch.tensor([2.0, 1.0]))[0]
    tensor([[-0.6000,  0.8000],
            [ 0.8000,  0.6000]])

    The two values are equal, so any rotation of these columns would do as well:

    >>> gd.fix_signs(vectors, torch.tensor([1.0, 1.0]))[0].round(decimals=6).abs()
    tensor([[1., 0.],
            [0., 1.]])
    """
    vectors, *others = _fix_ties(values, vectors, *partners)
    size = vectors.abs()
    first = (size >= NEARLY * size.amax(-2, keepdim=True)).to(torch.uint8).argmax(-2, keepdim=True)
    sign = torch.where(vectors.gather(-2, first) < 0, -1, 1).to(vectors.dtype)
    return vectors * sign, *(other * sign for other in others)


def _fix_ties(values: Tensor, *parts: Tensor) -> tuple[Tensor, ...]:
    """Turn the vectors of equal values, the first part, into their lower triangular basis."""
    k = values.shape[-1]
    eps = torch.finfo(values.dtype).eps
    limit = CLOSE * math.sqrt(k) * eps * values.abs().amax(-1, keepdim=True)
    hit = (values.diff(dim=-1).abs() <= limit).any(-1).flatten().nonzero().flatten().tolist()
    if not hit:
        return parts
    rows, limits = values.reshape(-1, k).tolist(), limit.flatten().tolist()
    parts = tuple(part.clone(memory_format=torch.contiguous_format) for part in parts)
    flat = [part.view(-1, *part.shape[-2:]) for part in parts]
    for i in hit:
        for start, end in _groups(rows[i], limits[i]):
            Q = torch.linalg.qr(flat[0][i, :, start:end].mT).Q
            for part in flat:
                part[i, :, start:end] = part[i, :, start:end] @ Q
    return parts


def _groups(values: list[float], limit: float) -> list[tuple[int, int]]:
    """The half-open ranges of two or more values that are all close to their first one."""
    groups, start = [], 0
    for end in range(1, len(values) + 1):
        if end == len(values) or abs(values[end] - values[start]) > limit:
            if end - start > 1:
                groups.append((start, end))
            start = end
    return groups

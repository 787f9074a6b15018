"""What comes in, made a tensor; and sizes and powers of two, so that no scale matters."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from gdinverse.proof import error_free


def as_matrix(given: Any, name: str = "M") -> Tensor:
    """Turn what a reader passes into a real floating tensor of shape (..., rows, columns).

    Lists, data frames and integers become float64, an array keeps its dtype; the result shares no
    graph.

    Raises
    ------
    TypeError
        For complex, sparse, masked or half-precision input, or what holds no numbers.
    ValueError
        For fewer than two dimensions, or an empty matrix.
    """
    tensor = as_tensor(given, name)
    if tensor.dim() < 2:
        raise ValueError(
            f"{name} has shape {tuple(tensor.shape)}: a matrix has two dimensions, "
            "a batch of matrices more"
        )
    if 0 in tensor.shape:
        raise ValueError(f"{name} is empty, of shape {tuple(tensor.shape)}: nothing to find")
    return tensor


def as_square_matrix(given: Any, name: str = "M") -> Tensor:
    """`as_matrix` that insists on as many rows as columns."""
    tensor = as_matrix(given, name)
    rows, columns = tensor.shape[-2:]
    if rows != columns:
        raise ValueError(
            f"{name} is {rows}×{columns}: only a square matrix has an inverse; "
            "for any other shape there is the pseudo-inverse"
        )
    return tensor


def as_tensor(given: Any, name: str) -> Tensor:
    """Turn what a reader passes into a real, dense, floating tensor of its own."""
    tensor = given.detach() if isinstance(given, Tensor) else _from_python(given, name)
    if tensor.layout != torch.strided:
        raise TypeError(f"{name} is sparse ({tensor.layout}): pass {name}.to_dense()")
    if tensor.is_complex():
        raise TypeError(f"{name} is {tensor.dtype}: only real matrices are known here")
    if not tensor.is_floating_point():
        tensor = tensor.double()
    if tensor.dtype not in (torch.float32, torch.float64):
        advice = f"{name}.float()" if isinstance(given, Tensor) else f"{name}.astype('float64')"
        raise TypeError(f"{name} is {tensor.dtype}: pass {advice}; float32 and float64 are known")
    if tensor.is_inference():  # an unknown must be able to carry a gradient
        with torch.inference_mode(False):
            tensor = tensor.clone()
    return tensor


def _from_python(given: Any, name: str) -> Tensor:
    """A list has no dtype, so it becomes float64; an array, or a list of tensors, keeps its own."""
    if isinstance(given, np.ma.MaskedArray) and np.ma.is_masked(given):
        raise TypeError(f"{name} is a masked array: fill its hidden entries first, {name}.filled()")
    if hasattr(given, "toarray"):
        raise TypeError(f"{name} is sparse ({type(given).__name__}): pass {name}.toarray()")
    try:
        if isinstance(given, (list, tuple)) and any(isinstance(row, Tensor) for row in given):
            return torch.stack([as_tensor(row, name) for row in given])
        array = np.asarray(given)
        if array.dtype.kind not in "fciubO":
            raise TypeError(f"its entries are {array.dtype}")
        if array.dtype.kind == "O" or not hasattr(given, "dtype"):
            array = array.astype("complex128" if array.dtype.kind == "c" else "float64")
        # torch knows no reversed bytes and no steps backward, and would share what it must not.
        return torch.from_numpy(array.astype(array.dtype.newbyteorder("="), order="C", copy=True))
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name} is no matrix of numbers: {error}") from error


def norm(X: Tensor) -> Tensor:
    """The Frobenius norm of each matrix, in float64; it neither overflows nor vanishes."""
    size = torch.linalg.vector_norm(X, dim=(-2, -1))
    least, most = torch.aminmax(size) if size.dim() else (size, size)
    safe = 1e130 if X.dtype == torch.float64 else 1e15
    if float(most) < safe and float(least) > 1 / safe:
        return size.double()
    largest = X.abs().amax((-2, -1)).double()
    unit = torch.where(largest > 0, largest, 1)
    return torch.linalg.vector_norm(X.double() / wide(unit), dim=(-2, -1)) * unit


def plus_product(C: Tensor, A: Tensor, B: Tensor, sign: int = 1) -> Tensor:
    """C + A B or C − A B, in one pass where torch has one."""
    if A.dim() == 2:
        return torch.addmm(C, A, B, alpha=sign)
    if A.dim() == 3 and B.dim() == 3:
        return torch.baddbmm(C, A, B, alpha=sign)
    return C + A @ B if sign > 0 else C - A @ B


def relative_error(value: Tensor, exact: Tensor) -> Tensor:
    """‖value − exact‖/‖exact‖ of each matrix."""
    return norm(value.double() - exact) / norm(exact)


def balanced(A: Tensor, rows: bool = True, columns: bool = True) -> tuple[Tensor, Tensor, Tensor]:
    """Scale rows, then columns, to largest entries in [½, 1); the exponents that do so.

    A is the balanced matrix times 2^rows from the left and 2^columns from the right. What under-
    or overflows on the way is lost, so a proof must look at A itself.
    """
    e = torch.frexp(A.abs().amax(-1, keepdim=True)).exponent * int(rows)
    A = torch.ldexp(A, -e)
    f = torch.frexp(A.abs().amax(-2, keepdim=True)).exponent * int(columns)
    return torch.ldexp(A, -f), e, f


def times_power(A: Tensor, exponents: Tensor) -> Tensor:
    """A · 2^e, rounded only where that leaves the range of A's dtype.

    The powers are written bit by bit: a GPU's pow, and so `torch.ldexp`, may be off by a digit.
    """
    return error_free.times_power(A.double(), wide(exponents.clamp(-2000, 2000))).to(A.dtype)


def wide(scalar: Tensor) -> Tensor:
    """One number for each matrix, in the shape that multiplies matrices."""
    return scalar[..., None, None]


def finite(*parts: Tensor) -> Tensor:
    """Whether all entries of each matrix are finite, bool of shape (...)."""
    good = [part.isfinite().flatten(-2).all(-1) for part in parts]
    return good[0] if len(good) == 1 else good[0] & good[1]


def sound(A: Tensor) -> Tensor:
    """A in float64, with 0 in place of each matrix that is not finite: LAPACK refuses those."""
    return torch.where(wide(finite(A)), A.double(), 0.0)


def eye_like(A: Tensor, n: int | None = None) -> Tensor:
    """The identity of A's dtype and device, as large as A has columns, or n."""
    return torch.eye(A.shape[-1] if n is None else n, dtype=A.dtype, device=A.device)


def random_matrices(*shape: int) -> Tensor:
    """Well-conditioned random matrices, the same at every call: uniform entries and a diagonal."""
    generator = torch.Generator().manual_seed(0)
    drawn = torch.rand(shape, generator=generator, dtype=torch.float64, device="cpu")
    return drawn + torch.eye(*shape[-2:], dtype=torch.float64, device="cpu")

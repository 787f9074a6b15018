"""The judge of the proofs: rational arithmetic, in which nothing is rounded."""

import flint
from torch import Tensor

Exact = flint.fmpq_mat


def rational(x: float) -> flint.fmpq:
    return flint.fmpq(*x.as_integer_ratio())


def exact(A: Tensor) -> Exact:
    """The matrix whose entries are exactly the floats of A."""
    rows, columns = A.shape
    return Exact(rows, columns, [rational(x) for x in A.double().flatten().tolist()])


def squared_norm(A: Exact) -> flint.fmpq:
    return sum((x * x for x in A.entries()), flint.fmpq(0))


def squared_error(value: Tensor, answer: Exact) -> flint.fmpq:
    """‖value − answer‖² / ‖answer‖², exactly."""
    return squared_norm(exact(value) - answer) / squared_norm(answer)


def is_bound(bound: float, value: Tensor, answer: Exact) -> bool:
    """Whether the relative error of `value` is at most `bound`, without any rounding."""
    return bound == float("inf") or squared_error(value, answer) <= rational(bound) ** 2


def tightness(bound: float, value: Tensor, answer: Exact) -> float:
    """How many times larger than the true relative error the bound is; 1 where both are 0."""
    square = squared_error(value, answer)
    if square == 0:
        return 1.0 if bound < 1e-100 else float("inf")
    ratio = rational(bound) ** 2 / square
    return float(flint.arb(ratio).sqrt())


def true_inverse(M: Tensor) -> Exact | None:
    """M⁻¹, or None where M is singular."""
    A = exact(M)
    return None if A.det() == 0 else A.inv()


def true_pseudo_inverse(A: Tensor) -> Exact | None:
    """A⁺, or None where A has not full rank."""
    B = exact(A)
    if B.nrows() < B.ncols():
        plus = true_pseudo_inverse(A.mT)
        return None if plus is None else plus.transpose()
    gram = B.transpose() * B
    return None if gram.det() == 0 else gram.inv() * B.transpose()

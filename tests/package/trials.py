"""Trials for the proofs: what is given, what some method returned, and the exact answer.

The tests take a few hundred of them, `benchmarks/proof_campaign.py` as many as there is time for.
"""

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Generator, Tensor

from gdinverse import proof
from tests.package import families
from tests.package.exact import Exact, exact, is_bound, true_inverse, true_pseudo_inverse
from tests.package.families import SCALES

RIGHT_SIDES = {
    torch.float64: (1.0, 1e-290, 1e-150, 1e150, 1e290),
    torch.float32: (1.0, 1e15, 1e-15),
}


class Claim(NamedTuple):
    """A value, a bound on its relative error, and the exact answer; None where there is none."""

    what: str
    family: str
    value: Tensor
    bound: float
    answer: Exact | None

    @property
    def holds(self) -> bool:
        """Whether the claim is true: no bound without an answer, and none below the error."""
        if self.bound == float("inf"):
            return True
        if self.answer is None or not self.value.isfinite().all():
            return False
        if all(x == 0 for x in self.answer.entries()):
            return self.bound == 0 and not self.value.any()
        return is_bound(self.bound, self.value, self.answer)


def _pick(values: tuple[float, ...], g: Generator) -> float:
    return values[int(torch.randint(len(values), (), generator=g))]


def _noise(X: Tensor, g: Generator) -> Tensor:
    """Between nothing and complete destruction, most of the time something between."""
    size = 10.0 ** -float(16 * torch.rand((), generator=g))
    return X * (1 + size * torch.randn(X.shape, generator=g, dtype=torch.float64))


def matrices(dtype: torch.dtype, g: Generator, largest: int) -> Iterator[tuple[str, Tensor]]:
    """One matrix of every family, of random size, at some scale that the dtype holds."""
    for name, draw in families.ALL.items():
        M = draw(int(torch.randint(1, largest + 1, (), generator=g)), g)
        if name == "singular":  # no rounding, or it is singular no more
            yield name, M.to(dtype)
            continue
        scaled = (M * _pick(SCALES[dtype], g)).to(dtype)
        if scaled.isfinite().all():
            yield name, scaled


def _library_inverse(M: Tensor) -> Tensor:
    X, info = torch.linalg.inv_ex(M.double())
    return X.nan_to_num(0, 0, 0) if info == 0 else M.double().mT


def newton_schulz(M: Tensor, steps: int) -> Tensor:
    """The plain relative gradient, in the dtype of M."""
    X = M.mT / (M.abs().sum(-1).amax() * M.abs().sum(-2).amax())
    for _ in range(steps):
        X = 2 * X - X @ M @ X
    return X


def _iterates(M: Tensor, g: Generator) -> Iterator[Tensor]:
    X = _library_inverse(M)
    yield X
    yield X.to(M.dtype)
    yield _noise(X, g).to(M.dtype)
    yield newton_schulz(M, int(torch.randint(40, (), generator=g)))


def inverse_claims(dtype: torch.dtype, g: Generator, largest: int = 12) -> Iterator[Claim]:
    """What the bound and the finish claim of one matrix of each family."""
    for name, M in matrices(dtype, g, largest):
        answer = true_inverse(M)
        for X in _iterates(M, g):
            yield Claim("inverse_bound", name, X, float(proof.inverse_bound(X, M)), answer)
            value, bound = proof.finish(X, M)
            yield Claim("finish", name, value, float(bound), answer)


def solve_claims(dtype: torch.dtype, g: Generator, largest: int = 8) -> Iterator[Claim]:
    """What is claimed of two right-hand sides with one matrix of each family."""
    for name, A in matrices(dtype, g, largest):
        b = torch.randn(len(A), 2, generator=g, dtype=torch.float64) * _pick(RIGHT_SIDES[dtype], g)
        b[:, 0] *= int(torch.randint(8, (), generator=g)) > 0
        b, X = b.to(dtype), _noise(_library_inverse(A), g)
        x = _noise(X @ b.double(), g).to(dtype)
        A_inverse = true_inverse(A)
        answer = None if A_inverse is None else A_inverse * exact(b)
        yield from _columns("solve_bound", name, x, proof.solve_bound(x, A, b, X), answer)
        yield from _columns("solve_finish", name, *proof.solve_finish(x, A, b, X), answer)


def least_squares_claims(dtype: torch.dtype, g: Generator, largest: int = 6) -> Iterator[Claim]:
    """What is claimed of tall, square and wide matrices made of one of each family."""
    for name, M in matrices(dtype, g, largest):
        more = int(torch.randint(4, (), generator=g))
        A = torch.cat((M, M[:1].flip(-1).expand(more, -1) if name != "singular" else M[:0]))
        A = A.mT if torch.rand((), generator=g) < 0.5 else A
        P = _noise(torch.linalg.pinv(A.double(), rtol=1e-15), g)
        P = P.to(dtype) if torch.rand((), generator=g) < 0.5 else P
        b = torch.randn(A.shape[0], 2, generator=g, dtype=torch.float64).to(dtype)
        x = _noise(P.double() @ b.double(), g).to(dtype)
        A_plus = true_pseudo_inverse(A)
        answer = None if A_plus is None else A_plus * exact(b)
        yield Claim("pinv_bound", name, P, float(proof.pinv_bound(P, A)), A_plus)
        value, bound = proof.pinv_finish(P, A)
        yield Claim("pinv_finish", name, value, float(bound), A_plus)
        yield from _columns("lstsq_bound", name, x, proof.lstsq_bound(x, A, b, P), answer)
        yield from _columns("lstsq_finish", name, *proof.lstsq_finish(x, A, b, P), answer)


def _columns(
    what: str, name: str, value: Tensor, bound: Tensor, answer: Exact | None
) -> Iterator[Claim]:
    for j in range(value.shape[-1]):
        column = None
        if answer is not None:
            rows = range(answer.nrows())
            column = Exact(answer.nrows(), 1, [answer[i, j] for i in rows])
        yield Claim(what, name, value[:, j : j + 1], float(bound[j]), column)

"""More looks at what the relative gradient left unproven: balance, pseudo-inverse, witness."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from gdinverse import proof
from gdinverse.minimize import minimize
from gdinverse.optimizers import ConjugateGradient, RelativeGradient
from gdinverse.problems import Inverse, PseudoInverse
from gdinverse.result import History, Result, Status, code
from gdinverse.scale import balanced


def settle(result: Result, problem: PseudoInverse, max_steps: int) -> Result:
    """Look again at every matrix of which nothing is proven, in float64, with other means."""
    for look in (_balanced, _from_zero):
        stopped = (result.codes == code(Status.floor)) | (result.codes == code(Status.diverged))
        rest = stopped & ~result.error_bound.isfinite()
        if rest.any():
            result = look(result, problem, rest, max_steps)
    return result


def _balanced(result: Result, problem: PseudoInverse, rest: Tensor, max_steps: int) -> Result:
    """Scale rows and columns to one size: many a matrix is hard only by its units."""
    if not isinstance(problem, Inverse):
        return result
    part = problem.part(rest)
    scaled, rows, columns = balanced(part.A.double())
    descent = Inverse(scaled, guess=RelativeGradient.guess)
    again = minimize(
        descent, RelativeGradient, tolerance=descent.enough, max_steps=max_steps, finish=False
    )
    inverse = torch.ldexp(torch.ldexp(again.value, -columns.mT), -rows.mT)
    value, bound = part.corrected(inverse)
    proven = bound.isfinite()
    if not proven.any():
        return result
    codes = torch.where(bound <= result.tolerance, code(Status.converged), code(Status.floor))
    again = replace(again, value=value, error_bound=bound, codes=codes)
    return _merge(result, rest.masked_scatter(rest, proven), again[proven])


def _from_zero(result: Result, problem: PseudoInverse, rest: Tensor, max_steps: int) -> Result:
    """Let conjugate gradients find the pseudo-inverse, and say which matrices are singular.

    From X = 0 they end there, whether there is an inverse or not. Then I − X A projects onto what
    A maps to zero, and each of its columns is a witness.
    """
    part, wide = problem.part(rest), problem.part(rest).double()
    n = part.target.shape[-1]
    most = min(max_steps, 10 * n + 50)
    again = minimize(
        wide, ConjugateGradient, tolerance=result.tolerance, max_steps=most, finish=False
    )
    value, bound = part.corrected(again.value)
    witness, distance = _witness(wide)
    size = torch.linalg.vector_norm(wide.A, dim=(-2, -1))
    distance = torch.where(size > 0, distance, 0)
    near = distance <= n * torch.finfo(part.A.dtype).eps * size
    codes = torch.where(near, code(Status.singular), code(Status.undecided))
    codes[bound.isfinite()] = code(Status.floor)
    codes[bound <= result.tolerance] = code(Status.converged)
    merged = _merge(result, rest, replace(again, value=value, error_bound=bound, codes=codes))
    nowhere = torch.full((*rest.shape, n), torch.nan, dtype=value.dtype, device=value.device)
    return replace(
        merged,
        witness=_spread(nowhere, rest, witness),
        distance=_spread(torch.full_like(result.error_bound, torch.inf), rest, distance),
    )


def _witness(problem: PseudoInverse) -> tuple[Tensor, Tensor]:
    """The longest column of I − X A, and a rigorous bound on how long A makes it."""
    A, X = problem.A, problem.X.detach()
    if problem.side == "right":
        A, X = A.mT, X.mT
    R = torch.eye(A.shape[-1], dtype=A.dtype, device=A.device) - X @ A
    longest = torch.linalg.vector_norm(R, dim=-2).argmax(-1)
    v = R.gather(-1, longest[..., None, None].expand(*R.shape[:-1], 1))
    for _ in range(2):  # what X leaves of M v, it leaves once more
        v = v - X @ (A @ v)
        v = v / torch.linalg.vector_norm(v, dim=-2, keepdim=True)
    return v.squeeze(-1), proof.image_bound(A, v)


def _merge(result: Result, where: Tensor, other: Result) -> Result:
    """The result with some of its matrices replaced by the run `other` over those alone."""
    length = max(len(result.history.loss), len(other.history.loss))
    history = {
        name: _spread(
            _padded(getattr(result.history, name), length).movedim(0, -1),
            where,
            _padded(getattr(other.history, name), length).movedim(0, -1),
        ).movedim(-1, 0)
        for name in ("loss", "error_bound")
    }
    return replace(
        result,
        history=History(**history),
        value=_spread(result.value, where, other.value),
        codes=_spread(result.codes, where, other.codes),
        error_bound=_spread(result.error_bound, where, other.error_bound),
        steps=_spread(result.steps, where, other.steps),
    )


def _spread(into: Tensor, where: Tensor, part: Tensor) -> Tensor:
    into = into.clone()
    into[where] = part.to(into.dtype)
    return into


def _padded(curve: Tensor, length: int) -> Tensor:
    """A curve of that length; the last value goes on."""
    return torch.cat((curve, curve[-1:].expand(length - len(curve), *curve.shape[1:])))

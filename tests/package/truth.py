"""How far a problem's value really is from its answer, in 60 digits, whatever the problem says."""

from collections.abc import Callable
from typing import Any

import mpmath
import torch
from torch import Tensor

import gdinverse as gd
from tests.package.atlas_trials import ANSWERS, parts
from tests.package.exact import Exact, exact, squared_error, true_pseudo_inverse
from tests.package.spectra import DIGITS, true_eigen, true_singular_values

LIBRARY = 1e-13  # how far torch.linalg's own answer may be off on the examples
Judge = Callable[[gd.Problem, int], float]


def matrices_of(problem: gd.Problem) -> list[tuple[Tensor, ...]]:
    """What is given, one matrix after the other."""
    flat = [part.reshape(-1, *part.shape[-2:]) for part in problem.given]
    return list(zip(*flat, strict=True))


def remembered(answer: Callable[..., Any]) -> Callable[..., Any]:
    """Many looks at one matrix ask for its answer in 60 digits once."""
    answers: dict[Any, Any] = {}

    def asked(*given: Tensor) -> Any:
        key = tuple((g.shape, g.dtype, g.numpy().tobytes()) for g in given)
        if key not in answers:
            answers[key] = answer(*given)
        return answers[key]

    return asked


_true_pseudo_inverse = remembered(true_pseudo_inverse)
_true_singular_values = remembered(true_singular_values)
_true_eigen = remembered(true_eigen)
_answers = {kind: remembered(answer) for kind, answer in ANSWERS.items()}


def _pick(value: Tensor, i: int) -> Tensor:
    return value.reshape(-1, *value.shape[-2:])[i]


def _pseudo_inverse(problem: gd.Problem, i: int) -> float:
    (A,) = matrices_of(problem)[i]
    return float(squared_error(_pick(problem.value(), i), _true_pseudo_inverse(A))) ** 0.5


def _solution(problem: gd.Problem, i: int) -> float:
    """The error of the worst column, which is what the bound is about."""
    A, b = matrices_of(problem)[i]
    answer, x = _true_pseudo_inverse(A) * exact(b), _pick(problem.value(), i)
    columns = [
        Exact(answer.nrows(), 1, [answer[k, j] for k in range(answer.nrows())])
        for j in range(answer.ncols())
    ]
    worst = max(squared_error(x[:, j : j + 1], column) for j, column in enumerate(columns))
    return float(worst) ** 0.5


def _values(problem: gd.Problem, i: int, true: list[mpmath.mpf]) -> float:
    values = problem.values_of(problem.value()).reshape(-1, len(true))[i].tolist()
    with mpmath.workdps(DIGITS):
        off = max(abs(mpmath.mpf(v) - t) for v, t in zip(values, true, strict=True))
        return float(off / max(abs(t) for t in true))


def _singular_values(problem: gd.Problem, i: int) -> float:
    (M,) = matrices_of(problem)[i]
    return _values(problem, i, _true_singular_values(M.double()))


def _eigenvalues(problem: gd.Problem, i: int) -> float:
    (S,) = matrices_of(problem)[i]
    return _values(problem, i, _true_eigen(S.double())[0])


def _atlas(problem: gd.Problem, i: int) -> float:
    """The error of the worst part of the value."""
    answer = _answers[type(problem)](*matrices_of(problem)[i])
    value = problem.value()
    picked = tuple(_pick(v, i) for v in value) if isinstance(value, tuple) else _pick(value, i)
    return float(max(squared_error(v, a) for v, a in parts(picked, answer) if a)) ** 0.5


JUDGES: dict[type[gd.Problem], Judge] = {
    gd.Inverse: _pseudo_inverse,
    gd.TwoSidedInverse: _pseudo_inverse,
    gd.PseudoInverse: _pseudo_inverse,
    gd.LeastSquares: _solution,
    gd.SVD: _singular_values,
    gd.PenaltySVD: _singular_values,
    gd.Eigh: _eigenvalues,
    **dict.fromkeys(ANSWERS, _atlas),
}


def true_errors(problem: gd.Problem) -> Tensor:
    """The relative error of each matrix's value, float64 of shape (k,), from below.

    An operation without a judge here is held against `exact`, less what that may be off itself.
    """
    count = problem.finite().numel()
    for kind in type(problem).__mro__:
        if kind in JUDGES:
            judge = JUDGES[kind]
            return torch.tensor([judge(problem, i) for i in range(count)], dtype=torch.float64)
    return problem.error_from(problem.exact()).reshape(-1) - LIBRARY

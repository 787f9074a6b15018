"""Every public operation, what it claims of its value, and how far that is from the answer.

Nothing here needs python-flint, so that it can be judged wherever torch runs.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import mpmath
import torch
from mpmath import mp, mpf
from torch import Generator, Tensor

import gdinverse as gd
from gdinverse.core.tensors import times_power
from gdinverse.operations.rotation import to_unit
from tests.package import digits, families
from tests.package.digits import Matrix, norm, of_floats
from tests.package.kinds import Kind, parts

Values = list[Matrix]
Errors = list[mpf] | None


class Found(NamedTuple):
    """What an operation says of a batch: the parts of its value, a bound, and the run behind it."""

    values: tuple[Tensor, ...]
    bound: Tensor
    result: gd.Result | None


class Claim(NamedTuple):
    """What is claimed of one matrix's value, and how far off that is; None without an answer."""

    bound: list[float]
    error: Errors

    @property
    def proven(self) -> bool:
        return all(b < float("inf") for b in self.bound)

    @property
    def holds(self) -> bool:
        """No bound is below its error, and there is none where there is no answer."""
        if self.error is None:
            return not self.proven
        return all(b >= e for b, e in zip(self.bound, self.error, strict=True))


@dataclass(frozen=True)
class Operation:
    """A call, what it takes, and how its error is known.

    Attributes
    ----------
    inputs : str
        A key of `INPUTS`.
    call : callable
        From a batch of each input to what is found.
    error : callable
        From the value's parts and the inputs of one matrix, in 200 digits, to the errors that
        are claimed to be bounded.
    """

    name: str
    inputs: str
    call: Callable[..., Found]
    error: Callable[[Values, Values], Errors]

    def claims(self, found: Found, given: tuple[Tensor, ...]) -> Iterator[Claim]:
        """One of each matrix of the batch."""
        for i in range(len(found.bound)):
            yield judged(
                self.error, [v[i] for v in found.values], found.bound[i], [g[i] for g in given]
            )


def judged(error: Callable[..., Errors], values: Any, bound: Tensor, given: Any) -> Claim:
    with mp.workdps(digits.DIGITS):
        bounds = bound.reshape(-1).tolist()
        if not all(v.isfinite().all() for v in values):
            return Claim(bounds, None)
        return Claim(bounds, error([of_floats(v) for v in values], [of_floats(g) for g in given]))


# ── How far a value is from its answer ─────────────────────────────────────────────────────────


def relative(value: Matrix, answer: Matrix) -> mpf:
    size = norm(answer)
    return norm(value - answer) / size if size else mpf(norm(value) > 0) * mpf("inf")


def absolute(value: Matrix, answer: Matrix) -> mpf:
    return norm(value - answer)


def to_largest(value: Matrix, answer: Matrix) -> mpf:
    """The worst of some numbers, relative to the largest."""
    off = max(abs(x) for x in value - answer)
    return off / max(abs(x) for x in answer) if off else mpf(0)


def against(
    answer: Callable[..., Any], measure: Callable[[Matrix, Matrix], mpf] = relative
) -> Callable[[Values, Values], Errors]:
    """The error of the worst part of a value."""

    def error(values: Values, given: Values) -> Errors:
        answers = answer(*given)
        if answers is None:
            return None
        return [max(map(measure, values, parts(answers)))]

    return error


def each(answer: Callable[..., Any]) -> Callable[[Values, Values], Errors]:
    """The error of each number by itself."""

    def error(values: Values, given: Values) -> Errors:
        answers = answer(*given)
        return None if answers is None else [abs(x) for x in values[0] - answers]

    return error


def of_columns(values: Values, given: Values) -> Errors:
    """Of the worst column of a solution."""
    answer = digits.least_squares(*given)
    if answer is None:
        return None
    pairs = ((values[0][:, j], answer[:, j]) for j in range(answer.cols))
    return [max(relative(*pair) for pair in pairs)]


def of_vectors(values: Values, given: Values) -> Errors:
    """Of each eigenvector, with the sign that fits."""
    true, V = mpmath.eigsy(given[0])
    order = sorted(range(len(true)), key=lambda i: true[i])
    pairs = [(values[0][:, j], V[:, i]) for j, i in enumerate(order)]
    return [min(norm(v - t), norm(v + t)) for v, t in pairs]


def of_logarithm(values: Values, given: Values) -> Errors:
    """Of the logarithm of a determinant's modulus; with a wrong sign, no bound is right."""
    determinant = digits.determinant(*given)
    if determinant is None:
        return None
    sign, log = (v[0] for v in values)
    right = sign == mp.sign(determinant[0])
    return [abs(log - mp.log(abs(determinant[0]))) if right else mpf("inf")]


def of_null_space(values: Values, given: Values) -> Errors:
    """The distance to the nearest orthonormal basis of the space of the least singular values."""
    (N,), (M,) = values, given
    squares, V = mpmath.eigsy(M.T * M)
    least = sorted(range(len(squares)), key=lambda i: squares[i])[: N.cols]
    basis = mp.matrix([[V[i, j] for j in least] for i in range(V.rows)])
    nearest = digits.polar(basis * (basis.T * N))
    return None if nearest is None else [norm(N - nearest)]


def of_low_rank(values: Values, given: Values) -> Errors:
    """How much farther than the nearest matrix of that rank."""
    (U, S, Vh), (M,) = values, given
    off = norm(M - U * mp.diag(list(S)) * Vh)
    return [off - mp.sqrt(mp.fsum(x * x for x in list(digits.singular_values(M))[len(S) :]))]


def of_rank(values: Values, given: Values) -> Errors:
    sigma = digits.singular_values(*given)
    return [abs(values[0][0] - sum(x > TOLERANCE for x in sigma))]


def condition(M: Matrix) -> Matrix:
    sigma = digits.singular_values(M)
    return mp.matrix([sigma[0] / sigma[len(sigma) - 1]]) if digits.full_rank(M) else None


# ── What the operations take ───────────────────────────────────────────────────────────────────

TOLERANCE = 0.5  # of matrix_rank


def square(n: int, g: Generator, family: str) -> Tensor:
    return families.ALL[family](n, g)


def tall(n: int, g: Generator, family: str) -> Tensor:
    M = square(n, g, family)
    return M if family == "singular" else torch.cat((M, M[:1].flip(-1)))


def symmetric(n: int, g: Generator, family: str) -> Tensor:
    M = square(n, g, family)
    return M.tril() + M.tril(-1).mT


def definite(n: int, g: Generator, family: str) -> Tensor:
    M, exponents = to_unit(square(n, g, family))
    S = times_power(M @ M.mT, exponents)
    return S.tril() + S.tril(-1).mT


def flat(n: int, g: Generator, family: str) -> Tensor:
    return torch.randn(n - 1, n, generator=g, dtype=torch.float64)


def column(n: int, g: Generator, family: str) -> Tensor:
    return torch.randn(n, 1, generator=g, dtype=torch.float64)


def sides(n: int, g: Generator, family: str) -> Tensor:
    return torch.randn(n, 2, generator=g, dtype=torch.float64)


def small(n: int, g: Generator, family: str) -> Tensor:
    return torch.randn(2, 2, generator=g, dtype=torch.float64)


INPUTS: dict[str, tuple[Callable[[int, Generator, str], Tensor], ...]] = {
    "square": (square,),
    "tall": (tall,),
    "wide": (lambda n, g, family: tall(n, g, family).mT,),
    "symmetric": (symmetric,),
    "definite": (definite,),
    "flat": (flat,),
    "system": (square, column),
    "systems": (square, sides),
    "tall systems": (tall, lambda n, g, family: sides(n + (family != "singular"), g, family)),
    "sylvester": (square, small, sides),
    "lyapunov": (square, symmetric),
    "pair": (symmetric, lambda n, g, family: definite(n, g, "randn")),
    "two tall": (tall, tall),
}


def draw(inputs: str, family: str, n: int, count: int, g: Generator) -> tuple[Tensor, ...]:
    """A batch of each input, in float64 and unscaled."""
    return tuple(torch.stack([make(n, g, family) for _ in range(count)]) for make in INPUTS[inputs])


# ── How each kind of problem is judged ─────────────────────────────────────────────────────────

Judge = tuple[Callable[[Any], Any], Callable[[Values, Values], Errors]]
JUDGES: dict[Kind, Judge] = {
    gd.PseudoInverse: (parts, against(digits.pseudo_inverse)),
    gd.TwoSidedInverse: (parts, against(digits.pseudo_inverse)),
    gd.LeastSquares: (parts, of_columns),
    gd.SVD: (lambda value: (value.S,), against(digits.singular_values, to_largest)),
    gd.PenaltySVD: (lambda value: (value.S,), against(digits.singular_values, to_largest)),
    gd.Eigh: (lambda value: (value.eigenvalues,), against(digits.eigenvalues, to_largest)),
    gd.Polar: (parts, against(digits.polar)),
    gd.QR: (parts, against(digits.qr)),
    gd.Sign: (parts, against(digits.sign)),
    gd.SquareRoot: (parts, against(digits.root)),
    gd.InverseSquareRoot: (parts, against(digits.inverse_root)),
    gd.Cholesky: (parts, against(digits.cholesky)),
    gd.Sylvester: (parts, against(digits.sylvester)),
}


def judge_of(kind: Kind) -> Judge:
    return next(JUDGES[base] for base in kind.__mro__ if base in JUDGES)


# ── The operations ─────────────────────────────────────────────────────────────────────────────

FEW = {"max_steps": 300}  # what takes more has other reasons to


def a_run(name: str, kind: Kind, inputs: str, call: Callable[..., gd.Result]) -> Operation:
    """What ends in a result, judged as its problem is."""
    pick, error = judge_of(kind)

    def found(*given: Tensor) -> Found:
        result = call(*given, **FEW)
        return Found(pick(result.value), result.error_bound, result)

    return Operation(name, inputs, found, error)


def derived(
    name: str, inputs: str, call: Callable[..., Any], error: Callable[[Values, Values], Errors]
) -> Operation:
    """What is a value and its bound."""

    def found(*given: Tensor) -> Found:
        value, bound = call(*given)
        return Found(parts(value), bound, None)

    return Operation(name, inputs, found, error)


def eigenvectors(S: Tensor) -> tuple[Tensor, Tensor]:
    values, vectors = gd.eigh(S).value
    return vectors, gd.proof.eigh_bounds(S, values, vectors).vectors


def singular_numbers(M: Tensor) -> tuple[Tensor, Tensor]:
    U, S, Vh = gd.svd(M).value
    return S, gd.proof.svd_bounds(M, U, S, Vh).values


def by_adam(M: Tensor, **options: Any) -> gd.Result:
    """By an optimizer of torch, which proves less and takes longer."""
    return gd.inv(M, optimizer=torch.optim.Adam, lr=0.01, **options | {"max_steps": 30})


def both_sides(M: Tensor, **options: Any) -> gd.Result:
    return gd.inv(M, side="both", optimizer=gd.ConjugateGradient, **options)


def largest(M: Matrix) -> Matrix:
    return mp.matrix([digits.singular_values(M)[0]])


OPERATIONS = (
    a_run("inv", gd.Inverse, "square", gd.inv),
    a_run("inv by Adam", gd.Inverse, "square", by_adam),
    a_run("inv, both sides", gd.TwoSidedInverse, "square", both_sides),
    a_run("pinv, tall", gd.PseudoInverse, "tall", gd.pinv),
    a_run("pinv, wide", gd.PseudoInverse, "wide", gd.pinv),
    a_run("solve", gd.LinearSystem, "systems", gd.solve),
    a_run("lstsq", gd.LeastSquares, "tall systems", gd.lstsq),
    a_run("svd", gd.SVD, "tall", gd.svd),
    a_run("eigh", gd.Eigh, "symmetric", gd.eigh),
    a_run("polar", gd.Polar, "tall", gd.polar),
    a_run("qr", gd.QR, "tall", gd.qr),
    a_run("sign", gd.Sign, "symmetric", gd.sign),
    a_run("sqrtm", gd.SquareRoot, "definite", gd.sqrtm),
    a_run("inv_sqrtm", gd.InverseSquareRoot, "definite", gd.inv_sqrtm),
    a_run("cholesky", gd.Cholesky, "definite", gd.cholesky),
    a_run("solve_sylvester", gd.Sylvester, "sylvester", gd.solve_sylvester),
    Operation(
        "solve_lyapunov",
        "lyapunov",
        a_run("", gd.Sylvester, "", gd.solve_lyapunov).call,
        against(digits.lyapunov),
    ),
    derived("svd_bounds", "wide", singular_numbers, each(digits.singular_values)),
    derived("eigh_bounds", "symmetric", eigenvectors, of_vectors),
    derived("logm", "definite", gd.logm, against(digits.logarithm, absolute)),
    derived("signm", "square", gd.signm, against(digits.general_sign, absolute)),
    derived("det", "square", gd.det, against(digits.determinant)),
    derived("slogdet", "square", gd.slogdet, of_logarithm),
    derived(
        "orthogonal_procrustes",
        "two tall",
        gd.orthogonal_procrustes,
        against(digits.procrustes),
    ),
    derived("cond", "square", gd.cond, against(condition, absolute)),
    derived("matrix_norm", "tall", gd.matrix_norm, against(largest, absolute)),
    derived("matrix_rank", "square", lambda M: gd.matrix_rank(M, tol=TOLERANCE), of_rank),
    derived("low_rank", "tall", lambda M: gd.low_rank(M, 1), of_low_rank),
    derived("null_space", "flat", gd.null_space, of_null_space),
    derived(
        "nearest_positive_semidefinite",
        "symmetric",
        gd.nearest_positive_semidefinite,
        against(digits.positive_part, absolute),
    ),
    derived("generalized_eigvalsh", "pair", gd.generalized_eigvalsh, each(digits.generalized)),
)

"""The operations that a reader calls first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from gdinverse import rates, singular
from gdinverse.minimize import minimize
from gdinverse.optimizers import Informed, OrthogonalGradient, RelativeGradient
from gdinverse.problems import (
    SVD,
    Eigh,
    Inverse,
    LeastSquares,
    LinearProblem,
    LinearSystem,
    PseudoInverse,
)
from gdinverse.problems.linear_problem import norm
from gdinverse.problems.problem import as_matrix, as_square_matrix, as_tensor
from gdinverse.problems.pseudo_inverse import Side
from gdinverse.result import Result, Status, code
from gdinverse.scale import times_power, to_unit


def inv(
    M: Any,
    *,
    optimizer: type[torch.optim.Optimizer] = RelativeGradient,
    side: Side = "left",
    guess: Any = None,
    generator: torch.Generator | None = None,
    **options: Any,
) -> Result:
    """The inverse of a square matrix by gradient descent, with a proven error bound.

    Parameters
    ----------
    M : Tensor of shape (..., n, n), or whatever becomes one
        The matrix, or a batch of them; float32 or float64.
    optimizer : class
        By default the relative gradient, then a correction in doubled precision. Any
        `torch.optim.Optimizer` class fits. `torch.optim.SGD` without an lr takes lr and momentum
        from the extreme singular values of M, which is no fair contest: it is told what others
        have to find out.
    side : "left", "right" or "both"
        Which product is compared with I: X M, M X, or the mean of the two.
    guess : Tensor of shape (..., n, n), "zeros", "random" or "transpose"
        The first X. By default "transpose" for the relative gradient, "zeros" for the others.
    generator : torch.Generator, optional
        The stream for a random guess.
    **options
        tolerance, max_steps, finish, callback and progress as in `minimize`; the rest goes to the
        optimizer: lr, momentum, …

    Returns
    -------
    Result
        `value` is X, of shape (..., n, n); for a singular matrix the pseudo-inverse.

    Raises
    ------
    TypeError, ValueError
        For input that is no real square matrix, a guess unlike M, or an lr above the limit.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> M = gd.matrices.random_2020()
    >>> gd.inv(M)
    Result(converged after 9 steps, relative error at most ...e-17)
    >>> gd.inv(torch.ones(2, 2)).status.name
    'singular'

    The run of 2020, stopped when six digits are proven:

    >>> result = gd.inv(
    ...     M, optimizer=torch.optim.SGD, lr=0.9, momentum=0.9, guess=M, tolerance=1e-6
    ... )
    >>> result
    Result(converged after 872 steps, relative error at most ...e-07)
    >>> result.prediction.steps
    tensor(872)

    Explained in [The same run in one line](../series/2b-curve.py#the-same-run-in-one-line).
    """
    M = as_square_matrix(M)

    def problem(M: Tensor, guess: Any) -> PseudoInverse:
        return Inverse(M, side=side, guess=guess, generator=generator)

    return _invert(M, problem, optimizer, guess, options)


def pinv(
    A: Any,
    *,
    optimizer: type[torch.optim.Optimizer] = RelativeGradient,
    guess: Any = None,
    generator: torch.Generator | None = None,
    **options: Any,
) -> Result:
    """The pseudo-inverse of any matrix by gradient descent, proven where the rank is full.

    Parameters
    ----------
    A : Tensor of shape (..., m, n), or whatever becomes one
        The matrix, or a batch of them; float32 or float64.
    optimizer, guess, generator, **options
        As in `inv`; a guess has shape (..., n, m).

    Returns
    -------
    Result
        `value` is A⁺, of shape (..., n, m). A rank-deficient matrix has status `singular`: A⁺
        jumps under the last bit of such an A, so no bound can hold; `distance` says how far the
        nearest rank-deficient matrix is at most.

    Raises
    ------
    TypeError, ValueError
        For input that is no real matrix, a guess of another shape, or an lr above the limit.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> result = gd.pinv([[1.0, 0.0], [0.0, 2.0], [0.0, 0.0]])
    >>> result.value
    tensor([[1.0000, 0.0000, 0.0000],
            [0.0000, 0.5000, 0.0000]], dtype=torch.float64)
    >>> result.converged
    tensor(True)
    >>> gd.pinv(torch.ones(3, 2)).status.name
    'singular'
    """

    def problem(A: Tensor, guess: Any) -> PseudoInverse:
        return PseudoInverse(A, guess=guess, generator=generator)

    return _invert(as_matrix(A, "A"), problem, optimizer, guess, options)


def solve(
    A: Any,
    b: Any,
    *,
    optimizer: type[torch.optim.Optimizer] = RelativeGradient,
    guess: Tensor | None = None,
    **options: Any,
) -> Result:
    """The solution of A x = b for square A, each right-hand side with its own proof.

    Parameters
    ----------
    A : Tensor of shape (..., n, n), or whatever becomes one
        float32 or float64.
    b : Tensor of shape (n,), (..., n) or (..., n, k)
        A vector, one vector for each matrix, or k columns; batches broadcast, as in
        `torch.linalg.solve`.
    optimizer : class
        By default the relative gradient finds A⁻¹, and A⁻¹b is refined in doubled precision.
        Others descend on the mean square of A x − b; the relative gradient still runs before
        them, for the bound.
    guess : Tensor like the solution, optional
        The first x of another optimizer.
    **options
        As in `inv`.

    Returns
    -------
    Result
        `value` is x, of b's shape. `error_bound` is that of the worst column:
        ‖x − A⁻¹b‖/‖A⁻¹b‖ is at most this. For a singular A the value is A⁺b.

    Raises
    ------
    TypeError, ValueError
        For input that is no real square matrix, a b that does not match, or an lr above the limit.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> result = gd.solve([[2.0, 1.0], [1.0, 3.0]], [3.0, 5.0])
    >>> result.value
    tensor([0.8000, 1.4000], dtype=torch.float64)
    >>> bool(result.converged)
    True
    """
    A = as_square_matrix(A, "A")
    return _solve(LinearSystem, A, b, optimizer, guess, options)


def lstsq(
    A: Any,
    b: Any,
    *,
    optimizer: type[torch.optim.Optimizer] = RelativeGradient,
    guess: Tensor | None = None,
    **options: Any,
) -> Result:
    """The least-squares solution of A x ≈ b of smallest norm, proven where the rank is full.

    Parameters
    ----------
    A : Tensor of shape (..., m, n), or whatever becomes one
        float32 or float64; tall, square or wide.
    b, optimizer, guess, **options
        As in `solve`, with m rows in b.

    Returns
    -------
    Result
        `value` is A⁺b, of shape (n,), (..., n) or (..., n, k) as b asks for.

    Raises
    ------
    TypeError, ValueError
        For input that is no real matrix, a b that does not match, or an lr above the limit.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> result = gd.lstsq([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]], [1.0, 2.0, 4.0])
    >>> result.value
    tensor([0.8333, 1.5000], dtype=torch.float64)
    >>> bool(result.converged)
    True
    """
    return _solve(LeastSquares, as_matrix(A, "A"), b, optimizer, guess, options)


def svd(M: Any, **options: Any) -> Result:
    """The singular value decomposition M = U diag(S) Vh, by descent on the orthogonal group.

    Parameters
    ----------
    M : Tensor of shape (..., m, n), or whatever becomes one
        float32 or float64; of any shape and rank.
    **options
        tolerance, max_steps, callback and progress as in `minimize`.

    Returns
    -------
    Result
        `value.U` (..., m, k), `value.S` (..., k), descending, and `value.Vh` (..., k, n), with
        k = min(m, n). `error_bound` is on the singular values, relative to the largest: no value
        is farther off than that. Bounds for each value and each vector: `proof.svd_bounds`, as
        below. Signs and ties are settled by `fix_signs`.

    Raises
    ------
    TypeError, ValueError
        For input that is no real matrix.

    Notes
    -----
    The method and its sources are with `OrthogonalGradient` and `SVD`. Other optimizers find an
    SVD through `PenaltySVD`.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> M = gd.matrices.random_2020()
    >>> result = gd.svd(M)
    >>> result
    Result(converged after 5 steps, relative error at most ...e-15)
    >>> U, S, Vh = result.value
    >>> bool((U @ torch.diag(S) @ Vh - M).norm() < 1e-14)
    True
    >>> bounds = gd.proof.svd_bounds(M, U, S, Vh)
    >>> bool((bounds.values < 1e-14).all() and (bounds.vectors < 1e-12).all())
    True
    """
    return _decompose(SVD(M), options)


def eigh(S: Any, **options: Any) -> Result:
    """Eigenvalues and eigenvectors of a symmetric matrix, by descent on the orthogonal group.

    Parameters
    ----------
    S : Tensor of shape (..., n, n), or whatever becomes one
        float32 or float64; symmetric.
    **options
        As in `svd`.

    Returns
    -------
    Result
        `value.eigenvalues` (..., n), ascending, and `value.eigenvectors` (..., n, n), one in each
        column. `error_bound` is on the eigenvalues, relative to the largest in modulus. Bounds
        for each value and each vector: `proof.eigh_bounds(S, *result.value)`.

    Raises
    ------
    TypeError, ValueError
        For input that is no real symmetric matrix.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> values, vectors = gd.eigh([[2.0, 1.0], [1.0, 2.0]]).value
    >>> values
    tensor([1.0000, 3.0000], dtype=torch.float64)
    >>> vectors
    tensor([[ 0.7071,  0.7071],
            [-0.7071,  0.7071]], dtype=torch.float64)
    """
    return _decompose(Eigh(S), options)


def _decompose(problem: SVD | Eigh, options: dict[str, Any]) -> Result:
    """One run; values that the dtype cannot hold have a status of their own."""
    result = minimize(problem, OrthogonalGradient, **options)
    values = result.value[1 if isinstance(problem, SVD) else 0]
    codes = result.codes.clone()
    codes[problem.finite() & ~values.isfinite().all(-1)] = code(Status.overflow)
    return replace(result, codes=codes)


def _invert(
    A: Tensor,
    problem: Callable[[Tensor, Any], PseudoInverse],
    optimizer: type[torch.optim.Optimizer],
    guess: Any,
    options: dict[str, Any],
) -> Result:
    """One run; with an optimizer that knows the problem, scaled and with a second look."""
    if not (isinstance(optimizer, type) and issubclass(optimizer, Informed)):
        descent = problem(A, "zeros" if guess is None else guess)
        return minimize(descent, optimizer, **_steady(descent, optimizer, options))
    guess = optimizer.guess if guess is None else guess
    scaled, exponents = to_unit(A)
    if not isinstance(guess, str):  # a guess belongs to the matrix as it is
        scaled, exponents = A, torch.zeros_like(exponents)
    descent = problem(scaled, guess)
    result = minimize(descent, optimizer, **options)
    result = singular.settle(result, descent, options.get("max_steps", 10_000))
    return _unscaled(result, exponents)


def _solve(
    kind: type[LeastSquares],
    A: Tensor,
    b: Any,
    optimizer: type[torch.optim.Optimizer],
    guess: Tensor | None,
    options: dict[str, Any],
) -> Result:
    """Find A⁺ first, for the answer or for its bound; then x."""
    b, vector = _columns(A, as_tensor(b, "b"))
    known = kind(A, b)  # checks and broadcasts
    inverse = pinv(known.A, finish=False, tolerance=known.enough)
    start = None if guess is None else guess.unsqueeze(-1) if vector else guess
    if optimizer is RelativeGradient:
        start = inverse.value @ known.target
    problem = kind(A, b, pseudo_inverse=inverse.value, guess=start)
    if optimizer is RelativeGradient:
        result = _refined(inverse, problem, **options)
    else:
        result = minimize(problem, optimizer, **_steady(problem, optimizer, options))
    return replace(result, value=result.value.squeeze(-1)) if vector else result


def _columns(A: Tensor, b: Tensor) -> tuple[Tensor, bool]:
    """The right-hand sides as columns, and whether b was a vector, by the rule of torch.linalg."""
    vector = b.dim() == 1 or (b.dim() == A.dim() - 1 and b.shape == A.shape[:-1])
    return (b.unsqueeze(-1) if vector else b), vector


def _refined(
    inverse: Result, problem: LeastSquares, tolerance: float | None = None, **_: Any
) -> Result:
    """The result for A⁺b, corrected: the run is that of A⁺, value and bound are those of x."""
    tolerance = problem.last_digit if tolerance is None else tolerance
    error_bound = problem.finish()
    codes = inverse.codes.clone()
    lost = (codes == code(Status.converged)) | (codes == code(Status.floor))
    codes[lost] = code(Status.undecided)
    codes[lost & ~problem.X.isfinite().all(-1).all(-1)] = code(Status.overflow)
    codes[error_bound.isfinite()] = code(Status.floor)
    codes[error_bound <= tolerance] = code(Status.converged)
    return replace(
        inverse, value=problem.value(), codes=codes, error_bound=error_bound, tolerance=tolerance
    )


def _unscaled(result: Result, exponents: Tensor) -> Result:
    """The result for 2^e times the matrix; digits that the dtype cannot hold widen the bound."""
    value = times_power(result.value, -exponents)
    lost = norm((times_power(value, exponents) - result.value).double())
    widened = result.error_bound + 2 * lost / norm(result.value.double())
    error_bound = torch.where(lost == 0, result.error_bound, widened).nan_to_num(
        torch.inf, torch.inf
    )
    codes = result.codes.clone()
    codes[result.converged & ~(error_bound <= result.tolerance)] = code(Status.floor)
    codes[result.error_bound.isfinite() & ~error_bound.isfinite()] = code(Status.overflow)
    return replace(result, value=value, error_bound=error_bound, codes=codes)


def _steady(
    problem: LinearProblem, optimizer: type[torch.optim.Optimizer], options: dict[str, Any]
) -> dict[str, Any]:
    """Options under which SGD cannot diverge: the best ones, or the reader's after a check."""
    if optimizer is not torch.optim.SGD:
        return options
    lr, momentum = options.get("lr"), options.get("momentum", 0.0)
    curvature = problem.modes().curvature if problem.finite().all() else torch.zeros(1)
    if not curvature.any():  # nothing to descend on, so nothing to diverge
        return options | {"lr": 1.0 if lr is None else lr}
    if lr is None:
        tuned = rates.best(curvature)
        return {"momentum": tuned.momentum, **options, "lr": tuned.lr}
    limit = rates.lr_limit(curvature, momentum, options.get("nesterov", False))
    if lr > limit:
        raise ValueError(
            f"lr={lr} diverges here: the limit for this matrix is {limit:.4g}, where the largest "
            f"curvature is {float(curvature.max()):.4g} and momentum={momentum}; pass a smaller "
            "lr, or lr=None to let the spectrum choose"
        )
    return options

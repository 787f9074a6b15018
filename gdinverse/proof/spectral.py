"""How far singular values, eigenvalues and their vectors can be from the true ones."""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from .error_free import SAFETY, SMALLEST_NORMAL, exponent, gamma, norm_up, over, power_of_two
from .error_free import U as U64
from .residual import doubled_residual, plain_residual

SQUARINGS = 5  # ‖A‖₂ from ‖(AᵀA)³²‖_F: at most n^(1/128) too large


class SpectralBounds(NamedTuple):
    """What is proven of a decomposition; inf where nothing is.

    Attributes
    ----------
    relative : float64 Tensor of shape (...)
        No value is farther off than this, relative to the largest true one in modulus.
    values : float64 Tensor of shape (..., k)
        How far each value can be off.
    vectors : float64 Tensor of shape (..., k)
        How far each vector can be off, in the 2-norm, with the sign that fits. For an SVD it
        holds for the left and the right vector, with one sign for both.
    """

    relative: Tensor
    values: Tensor
    vectors: Tensor


def svd_bounds(M: Tensor, U: Tensor, S: Tensor, Vh: Tensor) -> SpectralBounds:
    """Bound the errors of a singular value decomposition, whoever computed it.

    Parameters
    ----------
    M : Tensor of shape (..., m, n)
        float32 or float64.
    U : Tensor of shape (..., m, k)
        k = min(m, n). Columns need not be exactly orthonormal, or even nearly so.
    S : Tensor of shape (..., k)
        Descending, not negative.
    Vh : Tensor of shape (..., k, n)

    Returns
    -------
    SpectralBounds

    Notes
    -----
    With E = M − U S Vᵀ, a = ‖UᵀU − I‖₂ and b = ‖VᵀV − I‖₂, Weyl's theorem and Ostrowski's give

        |Sᵢ − σᵢ| ≤ ‖E‖₂ + c Sᵢ,   1 − c = √((1 − a)(1 − b)) or 1 + c = √((1 + a)(1 + b)),

    whichever c is larger.

    A pair u, v of unit vectors with residuals r = M v − S u and s = Mᵀu − S v is an approximate
    eigenvector of [[0, M], [Mᵀ, 0]]. With δ the distance from S to all other eigenvalues, which
    are the other ±σ and for m ≠ n also 0, the angle to the true pair has sin θ ≤ ‖(r, s)‖/(√2 δ),
    and each vector is within √2 ‖(r, s)‖/δ. Equal values have δ = 0: no single vector is right.

    Residuals are computed in doubled precision, and all rounding is in the bounds.

    References
    ----------
    Weyl (1912), Das asymptotische Verteilungsgesetz der Eigenwerte. Ostrowski (1959), A
    quantitative formulation of Sylvester's law of inertia. Davis & Kahan (1970), The rotation of
    eigenvectors by a perturbation III. Wedin (1972), Perturbation bounds in connection with the
    singular value decomposition.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> M = torch.tensor([[3.0, 0.0], [0.0, 1.0]], dtype=torch.float64)
    >>> U, S, Vh = torch.eye(2), torch.tensor([3.01, 1.0]), torch.eye(2)
    >>> gd.proof.svd_bounds(M, U, S, Vh).values  # 0.01 is exact for the first
    tensor([0.0100, 0.0100], dtype=torch.float64)
    """
    exact = M.dtype == torch.float64
    M, S, e = _scaled(M, S)
    U, V = U.double(), Vh.double().mT
    E, left, right = _product_defect(M, U, S, V, exact), _defect(U, exact), _defect(V, exact)
    a, b = left.norm, right.norm
    c = _stretch(a, b)[..., None]
    values = (E.norm[..., None] + c * S) * SAFETY
    size = S[..., :1] * (1 + torch.maximum(a, b))[..., None] * SAFETY
    residual = torch.hypot(E.images(V) + size * right.columns, E.mT.images(U) + size * left.columns)
    mirror = (S[..., -1:] - values.amax(-1, keepdim=True)).clamp(min=0)  # the nearest −σ
    if M.shape[-2] != M.shape[-1]:
        mirror = torch.zeros_like(mirror)  # the zeros
    gap = torch.minimum(_gaps(S, values), S + mirror)
    vectors = _vectors(residual, gap, torch.maximum(a, b))
    return _bounds(M, S, values, vectors, e)


def eigh_bounds(S: Tensor, eigenvalues: Tensor, eigenvectors: Tensor) -> SpectralBounds:
    """Bound the errors of an eigendecomposition of a symmetric matrix, whoever computed it.

    Parameters
    ----------
    S : Tensor of shape (..., n, n)
        float32 or float64, exactly symmetric.
    eigenvalues : Tensor of shape (..., n)
        Ascending.
    eigenvectors : Tensor of shape (..., n, n)
        One in each column; they need not be exactly orthonormal.

    Returns
    -------
    SpectralBounds

    Notes
    -----
    As in `svd_bounds`, with E = S − V Λ Vᵀ and c = ‖VᵀV − I‖₂: |λ̂ᵢ − λᵢ| ≤ ‖E‖₂ + c|λ̂ᵢ|, and each
    vector is within √2 ‖S v − λ̂ v‖/δ for δ the distance to the other eigenvalues.

    References
    ----------
    Parlett (1980), The symmetric eigenvalue problem, chapters 10 and 11.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> S = torch.tensor([[2.0, 0.0], [0.0, 5.0]], dtype=torch.float64)
    >>> gd.proof.eigh_bounds(S, torch.tensor([2.0, 5.5]), torch.eye(2)).relative
    tensor(0.1000, dtype=torch.float64)
    """
    exact = S.dtype == torch.float64
    S, values, e = _scaled(S, eigenvalues)
    V = eigenvectors.double()
    E, defect = _product_defect(S, V, values, V, exact), _defect(V, exact)
    c = defect.norm[..., None]
    bounds = (E.norm[..., None] + c * values.abs()) * SAFETY
    size = values.abs().amax(-1, keepdim=True) * (1 + c) * SAFETY
    residual = E.images(V) + size * defect.columns
    vectors = _vectors(residual, _gaps(values, bounds), c[..., 0])
    return _bounds(S, values, bounds, vectors, e)


def spectral_norm_up(A: Tensor) -> Tensor:
    """The 2-norm of each matrix, never below the true one and seldom 1 % above it.

    Parameters
    ----------
    A : float64 Tensor of shape (..., m, n)

    Returns
    -------
    Tensor of shape (...)

    Notes
    -----
    ‖A‖₂² = ‖AᵀA‖₂, used again and again on the product; at the end the Frobenius norm bounds the
    2-norm. The rounding of each product is at most γ‖A‖_F².

    Examples
    --------
    >>> A = torch.diag(torch.tensor([3.0, 2.0, 1.0], dtype=torch.float64))
    >>> f"{spectral_norm_up(A):.6f}"  # the Frobenius norm is 3.74
    '3.000000'
    """
    if A.shape[-2] < A.shape[-1]:
        A = A.mT
    rounding, exponents, norms = [], [], []
    for _ in range(SQUARINGS + 1):
        e = exponent(A, (-2, -1))
        A = A * power_of_two(-e)
        norms.append(norm_up(A))
        exponents.append(power_of_two(e)[..., 0, 0])
        rounding.append(gamma(A.shape[-2] + 4) * norms[-1].square())
        A = A.mT @ A
    bound = norm_up(A)
    for norm, scale, lost in zip(norms[::-1], exponents[::-1], rounding[::-1], strict=True):
        bound = torch.minimum(((bound + lost) * SAFETY).sqrt() * SAFETY, norm) * scale
    return bound + SMALLEST_NORMAL


class _Known(NamedTuple):
    """A matrix up to what rounding hides of it, measured in the Frobenius norm."""

    matrix: Tensor
    hidden: Tensor

    @property
    def norm(self) -> Tensor:
        return (spectral_norm_up(self.matrix) + self.hidden) * SAFETY

    @property
    def columns(self) -> Tensor:
        """The norm of each column."""
        return (norm_up(self.matrix, -2) + self.hidden[..., None]) * SAFETY

    def images(self, V: Tensor) -> Tensor:
        """The norm of this matrix times each column of V."""
        image = norm_up(self.matrix @ V, -2)
        lost = self.hidden + gamma(V.shape[-2] + 4) * norm_up(self.matrix)
        return (image + lost[..., None] * norm_up(V, -2)) * SAFETY

    @property
    def mT(self) -> "_Known":  # noqa: N802
        return _Known(self.matrix.mT, self.hidden)


def _scaled(M: Tensor, values: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """M and the values, brought near 1 by one power of two for each matrix."""
    M = M.double()
    e = exponent(M, (-2, -1))
    return M * power_of_two(-e), values.double() * power_of_two(-e)[..., 0], e[..., 0]


def _residual(target: Tensor, left: Tensor, right: Tensor, exact: bool) -> _Known:
    """Target − left right, in doubled precision unless float64 already has more than enough."""
    measure = doubled_residual if exact else plain_residual
    high, low, slack = measure(target, left.contiguous(), right.contiguous())
    return _Known(high, norm_up(low.abs() + slack) * SAFETY)


def _defect(V: Tensor, exact: bool) -> _Known:
    """I − VᵀV."""
    eye = torch.eye(V.shape[-1], dtype=torch.float64, device=V.device)
    return _residual(eye, V.mT, V, exact)


def _product_defect(M: Tensor, U: Tensor, S: Tensor, V: Tensor, exact: bool) -> _Known:
    """M − U S Vᵀ, with what U S loses by rounding; what vanishes is in the norms."""
    left = U * S.unsqueeze(-2)
    E = _residual(M, left, V.mT, exact)
    lost = 2 * U64 * norm_up(left) * norm_up(V)
    return _Known(E.matrix, (E.hidden + lost) * SAFETY)


def _stretch(a: Tensor, b: Tensor) -> Tensor:
    """How much factors with the defects a and b can change what is between them, relatively."""
    more, less = a + b + a * b, a + b - a * b
    longer = more / (1 + (1 + more).sqrt())
    shorter = less / (1 + (1 - less).clamp(min=0).sqrt())
    return torch.maximum(longer, shorter) * SAFETY


def _gaps(values: Tensor, bounds: Tensor) -> Tensor:
    """A lower bound on the distance of each value to the other true ones."""
    apart = (values.unsqueeze(-1) - values.unsqueeze(-2)).abs() - bounds.unsqueeze(-2)
    return apart.diagonal_scatter(torch.full_like(values, torch.inf), dim1=-2, dim2=-1).amin(-1)


def _vectors(residual: Tensor, gap: Tensor, defect: Tensor) -> Tensor:
    """√2 ‖residual‖/gap, and what a length other than 1 adds."""
    return math.sqrt(2) * (defect[..., None] + over(residual, gap)) * SAFETY


def _bounds(
    M: Tensor, values: Tensor, bounds: Tensor, vectors: Tensor, e: Tensor
) -> SpectralBounds:
    """The bounds, relative and back in the units of the given matrix."""
    worst, lower = bounds.amax(-1), (values.abs() - bounds).amax(-1)
    nothing = ((M == 0).flatten(-2).all(-1)) & (values == 0).all(-1)
    relative = torch.where(nothing, 0.0, over(worst, lower))
    absolute = bounds * power_of_two(e) + SMALLEST_NORMAL
    return SpectralBounds(
        relative, *(part.nan_to_num(torch.inf, torch.inf) for part in (absolute, vectors))
    )

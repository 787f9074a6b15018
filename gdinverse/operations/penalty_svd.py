"""The SVD as the post of 2020 asked for it: three unknowns, and penalties for orthogonality."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrizations

from gdinverse import proof
from gdinverse.core.problem import Problem
from gdinverse.core.tensors import as_matrix, eye_like, random_matrices
from gdinverse.operations.pinv import drawn
from gdinverse.operations.rotation import Rotation
from gdinverse.operations.svd import SVD, SVDValue, columns
from gdinverse.signs import fix_signs

Sigma = Literal["squared", "free"]
Guess = tuple[Tensor, Tensor, Tensor]


class PenaltySVD(Problem):
    """Find U, d and V with U S Vᵀ = M, where penalties pull U and V towards orthogonality.

    With S = diag(d²) or diag(d),

        loss = mse(U S Vᵀ, M) + penalty · mse(UᵀU, I) + penalty · mse(V Vᵀ, I).

    Parameters
    ----------
    M : Tensor of shape (..., m, n), or whatever becomes one
        float32 or float64. A wide matrix is transposed for the run.
    penalty : float
        The weight of the two constraints; the post's was 0.01.
    sigma : "squared" or "free"
        "squared" promises σ = d² ≥ 0, as the post did. A d that comes near 0 then has no gradient
        left, and if its pair of vectors would need a negative σ it stays there for ever. "free"
        lets σ = d have either sign; `value()` moves the sign into U.
    guess : "random", or tensors U (..., m, n), d (..., n) and V (..., n, n)
        "random" draws U, d, V in this order, uniform in [0, 1).
    generator : torch.Generator, optional
        The stream that "random" draws from.

    Raises
    ------
    TypeError, ValueError
        For input that is no real matrix, a penalty that is not positive, or an unknown sigma.

    Notes
    -----
    The loss bounds the error, though loosely: ‖E‖_F² ≤ mn·loss, and the defects of U and V are at
    most n √(loss/penalty) each. `error_bound` measures all three and is much tighter.

    Examples
    --------
    The fourth run of 2020, whose guess comes from seed 314, to three digits:

    >>> import torch, gdinverse as gd
    >>> M = torch.rand(3, 4, generator=torch.Generator().manual_seed(317)).T
    >>> problem = gd.PenaltySVD(M, generator=torch.Generator().manual_seed(314))
    >>> result = gd.minimize(problem, torch.optim.SGD, lr=0.9, momentum=0.9, tolerance=1e-3)
    >>> bool(result.converged)
    True
    >>> result.value.S, torch.linalg.svdvals(M)
    (tensor([1.8613, 0.7304, 0.4058]), tensor([1.8613, 0.7304, 0.4058]))
    """

    def __init__(
        self,
        M: Any,
        *,
        penalty: float = 0.01,
        sigma: Sigma = "squared",
        guess: Any = "random",
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        if not penalty > 0:
            raise ValueError(f"penalty={penalty}: it must be positive, such as 0.01 or 1.0")
        if sigma not in ("squared", "free"):
            raise ValueError(f"sigma={sigma!r}: choose 'squared' (d² ≥ 0) or 'free' (either sign)")
        M = as_matrix(M)
        self.M: Tensor
        self.tall: Tensor
        self.register_buffer("M", M)
        self.register_buffer("tall", (M.mT if self.wide else M).contiguous())
        self.penalty, self.sigma = penalty, sigma
        self.size: Tensor
        self.longest: Tensor
        self.register_buffer("size", torch.linalg.vector_norm(self.tall, dim=(-2, -1)).double())
        longest = torch.linalg.vector_norm(self.tall, dim=-2).amax(-1).double()
        self.register_buffer("longest", torch.where(longest > 0, longest, 1))  # at most σ₁
        U, d, V = _first_guess(self.tall, guess, generator)
        self.U, self.d, self.V = nn.Parameter(U), nn.Parameter(d), nn.Parameter(V)

    @classmethod
    def example(cls, batch: tuple[int, ...], dtype: torch.dtype) -> PenaltySVD:
        generator = torch.Generator().manual_seed(0)
        M = random_matrices(*batch, 5, 4).to(dtype) / 3
        return cls(M, sigma="free", generator=generator, **cls.example_options)

    example_options: ClassVar[dict[str, float]] = {"penalty": 1.0}

    def answer(self) -> Guess:
        """U, d and V at the exact answer."""
        U, S, Vh = torch.linalg.svd(self.tall, full_matrices=False)
        return U, S.sqrt() if self.sigma == "squared" else S, Vh.mT

    def to_answer(self) -> None:
        self.restore(list(self.answer()))

    @property
    def wide(self) -> bool:
        """Whether the run is on the transposed matrix."""
        return self.M.shape[-2] < self.M.shape[-1]

    def sigmas(self) -> Tensor:
        """σ as the parameters have it: unsorted, and of either sign if free."""
        return self.d.square() if self.sigma == "squared" else self.d

    def residuals(self) -> tuple[Tensor, Tensor, Tensor]:
        """U S Vᵀ − M, UᵀU − I and V Vᵀ − I."""
        U, V = self.U, self.V
        eye = eye_like(V)
        fit = (U * self.sigmas().unsqueeze(-2)) @ V.mT - self.tall
        return fit, U.mT @ U - eye, V @ V.mT - eye

    def losses_of(self, residuals: tuple[Tensor, Tensor, Tensor]) -> Tensor:
        """The losses that belong to the three residuals."""
        fit, left, right = (part.square().mean(dim=(-2, -1)) for part in residuals)
        return fit + left * self.penalty + right * self.penalty

    def forward(self) -> Tensor:
        return self.losses_of(self.residuals())

    @torch.no_grad()
    def backward(self) -> Tensor:
        residuals = self.residuals()
        fit, left, right = residuals
        U, V, sigma = self.U, self.V, self.sigmas().unsqueeze(-2)
        m, n = U.shape[-2:]
        fit = fit * (2 / (m * n))
        pull = 4 * self.penalty / n**2
        along, across = fit @ V, fit.mT @ U
        self.U.grad = along * sigma + pull * (U @ left)
        self.V.grad = across * sigma + pull * (right @ V)
        slope = (U * along).sum(-2)
        self.d.grad = 2 * self.d * slope if self.sigma == "squared" else slope
        return self.losses_of(residuals)

    @torch.no_grad()
    def value(self) -> SVDValue:
        """U, S, Vh as they stand: S sorted and not negative, signs and ties by `fix_signs`."""
        sigma = self.sigmas()
        S, order = sigma.abs().sort(-1, descending=True)
        U, V = columns(self.U, order), columns(self.V, order)
        U = U * torch.where(sigma.gather(-1, order) < 0, -1, 1).to(U.dtype).unsqueeze(-2)
        if self.wide:
            U, V = V, U
        V, U = fix_signs(V, S, U)
        return SVDValue(U, S, V.mT)

    @torch.no_grad()
    def quick_bound(self, losses: Tensor) -> tuple[Tensor, Tensor]:
        """Bound the relative error by what the loss says of all three residuals together."""
        m, n = self.U.shape[-2:]
        weight = n / math.sqrt(self.penalty)
        root, largest = losses.double().sqrt(), self.sigmas().abs().amax(-1).double()
        unit = 2 * (m + 4) * torch.finfo(self.V.dtype).eps / 2
        square = n + math.sqrt(n) * weight * root  # of ‖U‖ and of ‖V‖ at most
        lost = unit * ((square * largest + self.size) / math.sqrt(m * n) + 3 * square / weight)
        defect = weight * torch.stack((root + lost, lost))
        c = 2 * defect + defect.square()
        bound = defect * (math.sqrt(m * n) / weight) + largest * c / (1 + (1 - c).clamp(0).sqrt())
        bound = bound / self.longest
        return bound[0], bound[1]

    def error_bound(self) -> Tensor:
        """How far any singular value is off, relative to the largest: `proof.svd_bounds`."""
        return proof.svd_bounds(self.M, *self.value()).relative

    def exact(self) -> SVDValue:
        return SVD(self.M).exact()

    def values_of(self, value: SVDValue) -> Tensor:
        return value.S

    error_from, last_digit, enough = Rotation.error_from, Rotation.last_digit, Rotation.enough

    @property
    def given(self) -> tuple[Tensor, ...]:
        return (self.M,)


class OrthogonalSVD(PenaltySVD):
    """The same loss with torch's own parametrization: U and V cannot leave the orthogonal group.

    Every U and V is the image of a free matrix under `torch.nn.utils.parametrizations.orthogonal`,
    so the penalties are zero up to rounding, and any torch optimizer steps on what is free.

    Parameters
    ----------
    M, sigma, guess, generator
        As in `PenaltySVD`; the guess of U and V is made orthogonal first. The determinants of U
        and V never change, which is one more reason for a σ of free sign.

    References
    ----------
    Lezcano-Casado (2019), Trivializations for gradient-based optimization on manifolds.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> generator = torch.Generator().manual_seed(314)
    >>> problem = gd.OrthogonalSVD([[2.0, 1.0], [1.0, 3.0]], generator=generator)
    >>> result = gd.minimize(problem, torch.optim.SGD, lr=0.1, momentum=0.9, tolerance=1e-3)
    >>> bool(result.converged)
    True
    """

    def __init__(
        self,
        M: Any,
        *,
        sigma: Sigma = "free",
        guess: Any = "random",
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__(M, penalty=1.0, sigma=sigma, guess=guess, generator=generator)
        # torch completes a tall U to a basis with random columns, of the device's own stream
        with seeded(self.M.device):
            for name in ("U", "V"):
                parametrizations.orthogonal(self, name)

    example_options: ClassVar[dict[str, float]] = {}

    @torch.no_grad()
    def to_answer(self) -> None:
        U, d, V = self.answer()
        self.U, self.V = U, V  # type: ignore[assignment]  # torch finds the free matrices
        self.d.copy_(d)

    def backward(self) -> Tensor:
        return Problem.backward(self)


@contextmanager
def seeded(device: torch.device) -> Iterator[None]:
    """Start the stream of random numbers of one device at 0, and set it back; no other moves."""
    stream = torch.default_generator
    if device.type != "cpu":
        stream = getattr(torch, device.type).default_generators[device.index]
    before = stream.get_state()
    stream.manual_seed(0)
    try:
        yield
    finally:
        stream.set_state(before)


def _first_guess(tall: Tensor, guess: Any, generator: torch.Generator | None) -> Guess:
    """U, d and V to start from, of the matrix's dtype."""
    batch, (m, n) = tall.shape[:-2], tall.shape[-2:]
    shapes = [(*batch, m, n), (*batch, n), (*batch, n, n)]
    if isinstance(guess, str):
        if guess != "random":
            raise ValueError(f"guess={guess!r}: pass 'random', or tensors U, d and V")
        U, d, V = (drawn(shape, tall, generator) for shape in shapes)
        return U, d, V
    U, d, V = (torch.as_tensor(part).detach() for part in guess)
    for name, part, shape in zip("UdV", (U, d, V), shapes, strict=True):
        if part.shape != shape or part.dtype != tall.dtype:
            raise ValueError(
                f"the guess of {name} is {part.dtype} of shape {tuple(part.shape)}, and "
                f"{tall.dtype} of shape {shape} is needed"
            )
    U, d, V = (part.to(tall.device, copy=True) for part in (U, d, V))
    return U, d, V

"""Optimizers that are handed the problem itself, one per file."""

from gdinverse.core.methods import Informed
from gdinverse.optimizers.conjugate_gradient import ConjugateGradient
from gdinverse.optimizers.orthogonal_gradient import OrthogonalGradient
from gdinverse.optimizers.relative_gradient import RelativeGradient

__all__ = ["ConjugateGradient", "Informed", "OrthogonalGradient", "RelativeGradient"]

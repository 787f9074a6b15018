"""Rigorous error bounds from residuals, and corrections to the last digit. Knows only torch."""

from .ball import Ball
from .distance import image_bound
from .error_free import gamma, norm_down, norm_up, over, two_sum
from .inverse import finish, inverse_bound
from .least_squares import lstsq_bound, lstsq_finish, pinv_bound, pinv_finish
from .linear import solve_bound, solve_finish
from .refine import refine
from .residual import doubled_residual, plain_residual
from .spectral import SpectralBounds, eigh_bounds, spectral_norm_up, svd_bounds

__all__ = [
    "Ball",
    "SpectralBounds",
    "doubled_residual",
    "eigh_bounds",
    "finish",
    "gamma",
    "image_bound",
    "inverse_bound",
    "lstsq_bound",
    "lstsq_finish",
    "norm_down",
    "norm_up",
    "over",
    "pinv_bound",
    "pinv_finish",
    "plain_residual",
    "refine",
    "solve_bound",
    "solve_finish",
    "spectral_norm_up",
    "svd_bounds",
    "two_sum",
]

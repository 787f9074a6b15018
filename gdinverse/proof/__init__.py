"""Rigorous error bounds from residuals, and corrections to the last digit. Knows only torch."""

from .error_free import doubled_residual, gamma, norm_down, norm_up, plain_residual, two_sum
from .inverse import finish, inverse_bound

__all__ = [
    "doubled_residual",
    "finish",
    "gamma",
    "inverse_bound",
    "norm_down",
    "norm_up",
    "plain_residual",
    "two_sum",
]

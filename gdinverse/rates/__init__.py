"""What theory predicts of a run: curves, step counts, limits. Knows only torch."""

from gdinverse.rates.gradients import chebyshev, conjugate_gradient
from gdinverse.rates.local import adam_curvature, hessian, local_curvature
from gdinverse.rates.quadratic import (
    Best,
    Modes,
    Prediction,
    best,
    first,
    first_below,
    lr_limit,
    predict,
    rate,
    sgd_settings,
    steps_per_factor,
    window,
)
from gdinverse.rates.steps import (
    coefficients,
    lower_half,
    newton_schulz,
    relative,
    stretch,
    triangular,
)

__all__ = [
    "Best",
    "Modes",
    "Prediction",
    "adam_curvature",
    "best",
    "chebyshev",
    "coefficients",
    "conjugate_gradient",
    "first",
    "first_below",
    "hessian",
    "local_curvature",
    "lower_half",
    "lr_limit",
    "newton_schulz",
    "predict",
    "rate",
    "relative",
    "sgd_settings",
    "steps_per_factor",
    "stretch",
    "triangular",
    "window",
]

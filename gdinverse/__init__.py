"""Matrix operations by gradient descent: predicted, run, and proven.

Examples
--------
>>> import torch, gdinverse as gd
>>> result = gd.inv(gd.matrices.diagonal_2020(), tolerance=1e-9)
>>> result.value.diagonal()
tensor([1.0000, 0.5000, 0.3333, 0.2500], dtype=torch.float64)
>>> print(result.status)
The error bound is below the tolerance.
"""

from gdinverse import figures, matrices, rates
from gdinverse.figures import convergence as compare
from gdinverse.minimize import minimize
from gdinverse.operations import inv, lstsq, pinv, solve
from gdinverse.optimizers import ConjugateGradient, RelativeGradient
from gdinverse.problems import (
    Inverse,
    LeastSquares,
    LinearProblem,
    LinearSystem,
    Problem,
    PseudoInverse,
)
from gdinverse.result import History, Result, Status

__all__ = [
    "ConjugateGradient",
    "History",
    "Inverse",
    "LeastSquares",
    "LinearProblem",
    "LinearSystem",
    "Problem",
    "PseudoInverse",
    "RelativeGradient",
    "Result",
    "Status",
    "compare",
    "figures",
    "inv",
    "lstsq",
    "matrices",
    "minimize",
    "pinv",
    "rates",
    "solve",
]

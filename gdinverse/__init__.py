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

from gdinverse import figures, matrices, proof, rates
from gdinverse.figures import convergence as compare
from gdinverse.minimize import minimize
from gdinverse.operations import eigh, inv, lstsq, pinv, solve, svd
from gdinverse.optimizers import ConjugateGradient, OrthogonalGradient, RelativeGradient
from gdinverse.problems import (
    SVD,
    Eigh,
    Inverse,
    LeastSquares,
    LinearProblem,
    LinearSystem,
    OrthogonalSVD,
    PenaltySVD,
    Problem,
    PseudoInverse,
)
from gdinverse.result import History, Result, Status
from gdinverse.signs import fix_signs
from gdinverse.stored import losses_2020

__all__ = [
    "SVD",
    "ConjugateGradient",
    "Eigh",
    "History",
    "Inverse",
    "LeastSquares",
    "LinearProblem",
    "LinearSystem",
    "OrthogonalGradient",
    "OrthogonalSVD",
    "PenaltySVD",
    "Problem",
    "PseudoInverse",
    "RelativeGradient",
    "Result",
    "Status",
    "compare",
    "eigh",
    "figures",
    "fix_signs",
    "inv",
    "losses_2020",
    "lstsq",
    "matrices",
    "minimize",
    "pinv",
    "proof",
    "rates",
    "solve",
    "svd",
]

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

from gdinverse import figures, matrices, proof, rates, schedules
from gdinverse.atlas.polar import Polar, polar
from gdinverse.core.problem import Problem
from gdinverse.core.result import History, Result, Status
from gdinverse.core.run import minimize
from gdinverse.figures import convergence as compare
from gdinverse.operations.eigh import Eigh, eigh
from gdinverse.operations.inverse import Inverse, TwoSidedInverse, inv
from gdinverse.operations.linear import LinearProblem
from gdinverse.operations.lstsq import LeastSquares, lstsq
from gdinverse.operations.penalty_svd import OrthogonalSVD, PenaltySVD
from gdinverse.operations.pinv import PseudoInverse, pinv
from gdinverse.operations.solve import LinearSystem, solve
from gdinverse.operations.svd import SVD, svd
from gdinverse.optimizers import ConjugateGradient, OrthogonalGradient, RelativeGradient
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
    "Polar",
    "Problem",
    "PseudoInverse",
    "RelativeGradient",
    "Result",
    "Status",
    "TwoSidedInverse",
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
    "polar",
    "proof",
    "rates",
    "schedules",
    "solve",
    "svd",
]

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
from gdinverse.atlas.cholesky import Cholesky, cholesky
from gdinverse.atlas.derived import det, orthogonal_procrustes, slogdet
from gdinverse.atlas.logm import logm
from gdinverse.atlas.null_space import null_space
from gdinverse.atlas.polar import Polar, polar
from gdinverse.atlas.qr import QR, qr
from gdinverse.atlas.root import InverseSquareRoot, SquareRoot, inv_sqrtm, sqrtm
from gdinverse.atlas.sign import Sign, sign
from gdinverse.atlas.signm import signm
from gdinverse.atlas.sylvester import Sylvester, solve_lyapunov, solve_sylvester
from gdinverse.atlas.values import (
    Bounded,
    cond,
    generalized_eigvalsh,
    low_rank,
    matrix_norm,
    matrix_rank,
    nearest_positive_semidefinite,
)
from gdinverse.bench import bench
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
    "QR",
    "SVD",
    "Bounded",
    "Cholesky",
    "ConjugateGradient",
    "Eigh",
    "History",
    "Inverse",
    "InverseSquareRoot",
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
    "Sign",
    "SquareRoot",
    "Status",
    "Sylvester",
    "TwoSidedInverse",
    "bench",
    "cholesky",
    "compare",
    "cond",
    "det",
    "eigh",
    "figures",
    "fix_signs",
    "generalized_eigvalsh",
    "inv",
    "inv_sqrtm",
    "logm",
    "losses_2020",
    "low_rank",
    "lstsq",
    "matrices",
    "matrix_norm",
    "matrix_rank",
    "minimize",
    "nearest_positive_semidefinite",
    "null_space",
    "orthogonal_procrustes",
    "pinv",
    "polar",
    "proof",
    "qr",
    "rates",
    "schedules",
    "sign",
    "signm",
    "slogdet",
    "solve",
    "solve_lyapunov",
    "solve_sylvester",
    "sqrtm",
    "svd",
]

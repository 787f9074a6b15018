"""Matrix operations as optimization problems, one per file."""

from gdinverse.problems.eigh import Eigh
from gdinverse.problems.inverse import Inverse
from gdinverse.problems.least_squares import LeastSquares, LinearSystem
from gdinverse.problems.linear_problem import LinearProblem
from gdinverse.problems.penalty_svd import OrthogonalSVD, PenaltySVD
from gdinverse.problems.problem import Problem
from gdinverse.problems.pseudo_inverse import PseudoInverse
from gdinverse.problems.svd import SVD

__all__ = [
    "SVD",
    "Eigh",
    "Inverse",
    "LeastSquares",
    "LinearProblem",
    "LinearSystem",
    "OrthogonalSVD",
    "PenaltySVD",
    "Problem",
    "PseudoInverse",
]

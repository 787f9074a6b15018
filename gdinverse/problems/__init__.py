"""Matrix operations as optimization problems, one per file."""

from gdinverse.problems.inverse import Inverse
from gdinverse.problems.least_squares import LeastSquares, LinearSystem
from gdinverse.problems.linear_problem import LinearProblem
from gdinverse.problems.problem import Problem
from gdinverse.problems.pseudo_inverse import PseudoInverse

__all__ = ["Inverse", "LeastSquares", "LinearProblem", "LinearSystem", "Problem", "PseudoInverse"]

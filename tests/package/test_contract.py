"""What every problem has to keep; a new one is found by itself."""

import pytest
import torch

import gdinverse as gd
from tests.package import contract, kinds

KINDS = sorted(kinds.found(), key=lambda kind: kind.__name__)


def test_the_known_operations_are_found():
    assert {gd.Inverse, gd.PseudoInverse, gd.LinearSystem, gd.LeastSquares, gd.SVD} <= set(KINDS)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("check", contract.CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_problem_keeps_the_contract(kind, check, dtype):
    check(kind, dtype)

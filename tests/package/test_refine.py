"""What the one refinement promises of any step: no bound, no change; and two parts count whole."""

import math
from fractions import Fraction

import pytest
import torch
from torch import Tensor

from gdinverse import proof
from gdinverse.proof.refine import refined

START = torch.tensor([[0.25]], dtype=torch.float64)


@pytest.mark.parametrize("bad", [-1.0, math.nan, math.inf])
def test_a_bound_that_is_none_leaves_the_answer_as_it_was(bad: float) -> None:
    def step(high: Tensor, low: Tensor) -> tuple[Tensor, Tensor]:
        return torch.ones_like(high), torch.tensor(bad, dtype=torch.float64)

    value, bound = proof.refine(step, START, torch.float64)
    assert torch.equal(value, START)
    assert bound == math.inf


@pytest.mark.parametrize("bad", [-1.0, math.nan, math.inf])
def test_a_start_without_a_bound_is_left_for_an_answer_with_one(bad: float) -> None:
    errors = iter((bad, 2.0**-60, 2.0**-60, 2.0**-60, 2.0**-60))

    def step(high: Tensor, low: Tensor) -> tuple[Tensor, Tensor]:
        return 0.5 - high - low, torch.tensor(next(errors), dtype=torch.float64)

    value, bound = proof.refine(step, START, torch.float64)
    assert value == 0.5
    assert bound < 2.0**-58


def test_an_error_as_large_as_the_answer_proves_nothing_and_changes_nothing() -> None:
    def step(high: Tensor, low: Tensor) -> tuple[Tensor, Tensor]:
        return torch.ones_like(high), 10 - high.sum()

    value, bound = proof.refine(step, START, torch.float64)
    assert torch.equal(value, START)
    assert bound == math.inf


def test_both_parts_of_an_iterate_are_corrected() -> None:
    third = Fraction(1, 3)

    def step(high: Tensor, low: Tensor) -> tuple[Tensor, Tensor]:
        left = third - Fraction(high.item()) - Fraction(low.item())
        correction = torch.full_like(high, float(left * (1 - Fraction(1, 2**20))))
        return correction, torch.tensor(float(abs(left)), dtype=torch.float64)

    found = refined(step, START, passes=4)
    assert found.error < 2.0**-70  # with half of low it stops at 2⁻⁶³
    left = third - Fraction(found.high.item()) - Fraction(found.low.item())
    assert abs(left) < Fraction(1, 2**70)

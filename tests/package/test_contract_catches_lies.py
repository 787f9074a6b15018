"""The contract is itself tested: each planted liar fails it, by the check that is made for it."""

import pytest
import torch
from torch import Tensor

import gdinverse as gd
from tests.package import contract


class BoundOfZero(gd.Inverse):
    def error_bound(self) -> Tensor:
        return torch.zeros_like(super().error_bound())

    def corrected(self, X: Tensor) -> tuple[Tensor, Tensor]:
        value, bound = super().corrected(X)
        return value, torch.zeros_like(bound)


class BoundHalved(gd.Inverse):
    def error_bound(self) -> Tensor:
        return super().error_bound() / 2


class FinishHalved(gd.Inverse):
    """Only what a run ends with is too small, by a factor that no look from afar can see."""

    def corrected(self, X: Tensor) -> tuple[Tensor, Tensor]:
        value, bound = super().corrected(X)
        return value, bound / 2


class QuickBoundHalved(gd.PseudoInverse):
    def quick_bound(self, losses: Tensor) -> tuple[Tensor, Tensor]:
        bound, rounding = super().quick_bound(losses)
        return bound / 2, rounding / 2


class WrongStep(gd.Inverse):
    def multiply(self, a: Tensor | float, T: Tensor) -> None:
        super().multiply(a, 0.9 * T)


class WrongRecurrence(gd.Inverse):
    def spectrum(self, start, v):
        f, w = super().spectrum(start, v)
        return 1.1 * f, w


class WrongModes(gd.LeastSquares):
    def modes(self, X: Tensor | None = None) -> gd.rates.Modes:
        modes = super().modes(X)
        return gd.rates.Modes(modes.curvature / 2, modes.weight, modes.answer_norm, modes.floor)


class ValueOfAnotherMatrix(gd.Inverse):
    def value(self) -> Tensor:
        value = super().value()
        return value.roll(1, 0) if value.dim() > 2 else value


class Peek(gd.Inverse):
    def begin(self) -> None:
        self.X.data.copy_(self.exact())


class PeekAtTheLibrary(gd.Inverse):
    def begin(self) -> None:
        self.X.data.copy_(torch.linalg.inv(self.A.nan_to_num(0) + torch.eye(4) * 1e-9))


class WrongGradient(gd.Inverse):
    def backward(self) -> Tensor:
        losses = super().backward()
        self.X.grad = self.X.grad.mT
        return losses


class SpoiledByNeighbors(gd.Inverse):
    def losses_of(self, residual: Tensor) -> Tensor:
        losses = super().losses_of(residual)
        return losses if losses.dim() == 0 else losses + 0 * losses.sum()


class KeepsAClosure(gd.Inverse):
    def __init__(self, *given, **options) -> None:
        super().__init__(*given, **options)
        self.secret = lambda: None


class NotFiniteUnnoticed(gd.Inverse):
    def finite(self) -> Tensor:
        return torch.ones(self.A.shape[:-2], dtype=torch.bool)


LIARS = [
    (BoundOfZero, contract.bounds_hold),
    (BoundHalved, contract.bounds_hold),
    (FinishHalved, contract.bounds_hold),
    (QuickBoundHalved, contract.bounds_hold),
    (WrongStep, contract.runs_go_as_predicted),
    (WrongRecurrence, contract.runs_go_as_predicted),
    (WrongModes, contract.runs_go_as_predicted),
    (ValueOfAnotherMatrix, contract.bounds_hold),
    (Peek, contract.a_run_never_looks_at_the_answer),
    (PeekAtTheLibrary, contract.a_run_never_looks_at_the_answer),
    (WrongGradient, contract.the_gradient_is_that_of_autograd),
    (SpoiledByNeighbors, contract.a_batch_is_what_each_would_be_alone),
    (KeepsAClosure, contract.results_are_data),
    (NotFiniteUnnoticed, contract.bad_input_has_a_status),
]


@pytest.mark.parametrize(("liar", "check"), LIARS, ids=lambda what: what.__name__)
def test_a_liar_fails_the_check_that_is_made_for_it(liar, check):
    with pytest.raises((AssertionError, AttributeError, TypeError)):
        check(liar, torch.float64)


@pytest.mark.parametrize("check", {check for _, check in LIARS}, ids=lambda what: what.__name__)
def test_the_honest_base_of_the_liars_passes(check):
    for kind in (gd.Inverse, gd.PseudoInverse, gd.LeastSquares):
        check(kind, torch.float64)

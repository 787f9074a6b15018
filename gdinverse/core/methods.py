"""How the loop drives an optimizer, whether it sees the problem or only its gradients."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from gdinverse import rates
from gdinverse.core.problem import Problem
from gdinverse.rates import Prediction

# From the start of a run and a number of steps to what theory says of it.
Law = Callable[[Problem, list[Tensor], int], Prediction | None]


class Informed(torch.optim.Optimizer):
    """An optimizer that sees the problem, where torch's see only parameters and gradients.

    A subclass defines `look` and `advance`. It works on every matrix of a batch by itself.

    Attributes
    ----------
    exhausted : bool Tensor of shape (...)
        Where no further step can help.
    law : callable, or None
        What theory says of a run: a function of problem, start and number of steps.
    """

    law: Law | None = None

    def __init__(self, problem: Problem, **defaults: Any) -> None:
        super().__init__(problem.parameters(), defaults)
        self.problem: Any = problem
        self.exhausted = torch.zeros_like(problem.finite())

    @property
    def optimizer(self) -> torch.optim.Optimizer:
        """Itself, as a callback gets it."""
        return self

    def look(self) -> tuple[Tensor, Tensor, Tensor]:
        """Losses, free bound and its rounding at the current iterate, each of shape (...).

        It keeps what the next step needs.
        """
        raise NotImplementedError

    def advance(self) -> None:
        """Take one step from where `look` has looked."""
        raise NotImplementedError

    @torch.no_grad()
    def step(self, closure: object = None) -> None:  # type: ignore[override]
        """Look and take one step, for a loop of the reader's own."""
        self.look()
        self.advance()


class Blind:
    """A torch optimizer, which sees only parameters and gradients, as the loop wants it."""

    def __init__(self, problem: Problem, optimizer: Callable[..., Any], options: Any) -> None:
        self.problem = problem
        self.unknowns = list(problem.parameters())
        self.make = partial(optimizer, **options)
        self.optimizer = self.make(problem.parameters())
        self.exhausted = torch.zeros_like(problem.finite())
        self.moods = hasattr(self.optimizer, "train") and hasattr(self.optimizer, "eval")
        self.graph = self.stepped = False
        self.takes_closure = "closure" in inspect.signature(self.optimizer.step).parameters
        quadratic = type(problem).modes is not Problem.modes
        self.settings = rates.sgd_settings(self.optimizer) if quadratic else None
        self.law: Law | None = None
        if self.settings is not None:
            self.law = partial(descent, self.settings)

    def look(self) -> tuple[Tensor, Tensor, Tensor]:
        """Losses and free bound of the current iterate; its gradients are in place afterwards."""
        losses = self.losses()
        return losses, *self.problem.quick_bound(losses)

    def losses(self) -> Tensor:
        """The losses of the current iterate; its gradients are in place afterwards.

        An optimizer that shows one point and asks for the gradient at another is asked for the
        one that it shows.
        """
        if not self.moods:
            return self._evaluate()
        self.optimizer.eval()
        return self.problem().detach()

    def advance(self) -> None:
        if self.moods:
            self.optimizer.train()
            self._evaluate()
        if self.settings and rates.sgd_settings(self.optimizer) != self.settings:
            self.settings = self.law = None  # a scheduler is at work, of which theory knows nothing
        try:
            self._take()
        except RuntimeError as error:
            if self.graph or self.stepped or "grad" not in str(error):
                raise
            self._again_with_graph()
        self.stepped = True

    def _take(self) -> None:
        self.optimizer.step(self._closure) if self.takes_closure else self.optimizer.step()

    def _again_with_graph(self) -> None:
        """Some optimizers differentiate the gradient, which a closed form does not allow."""
        self.graph = True
        self.optimizer = self.make(self.problem.parameters())
        self._evaluate()
        self._take()

    def _evaluate(self) -> Tensor:
        if self.graph:
            self.known = self.problem.differentiate(graph=True)
        else:
            self.known = self.problem.backward()
        self.seen = self._versions()
        return self.known

    def _closure(self) -> Tensor:
        """What torch calls for the loss, computed anew where anything has moved since."""
        if self._versions() != self.seen:
            self._evaluate()
        return self.known.sum()

    def _versions(self) -> list[Any]:
        """What changes when an unknown moves, or its gradient is touched."""
        return [
            (p._version, id(p.grad), None if p.grad is None else p.grad._version)
            for p in self.unknowns
        ]


def descent(
    settings: dict[str, Any], problem: Problem, start: list[Tensor], steps: int
) -> Prediction | None:
    """What theory says of SGD on a quadratic loss."""
    modes = problem.modes(start[0])
    return None if modes is None else rates.predict(modes, steps, **settings)


def method_of(problem: Problem, optimizer: Any, options: dict[str, Any]) -> Any:
    """The one place that tells optimizers which know the problem from those which do not."""
    if not (isinstance(optimizer, type) and issubclass(optimizer, torch.optim.Optimizer)):
        raise TypeError(
            f"optimizer={optimizer!r}: pass the class, such as torch.optim.SGD, and its options "
            "beside it (lr=0.9)"
        )
    lr = options.get("lr")
    if lr is not None and not float(lr) >= 0:
        raise ValueError(f"lr={lr} is no learning rate: pass a number that is not negative")
    if issubclass(optimizer, Informed):
        return optimizer(problem, **options)
    if optimizer is torch.optim.LBFGS:
        # One iteration a step, and no stopping rules of its own that fire before ours are asked.
        search = {"max_iter": 1, "max_eval": 25, "line_search_fn": "strong_wolfe"}
        options = search | {"tolerance_grad": 0, "tolerance_change": 0} | options
    if problem.finite().numel() > 1 and couples(partial(optimizer, **options)):
        raise ValueError(
            f"{optimizer.__name__} makes the step of one matrix depend on its neighbors, such as "
            "by one line search or one norm for the whole batch: call it once per matrix, or take "
            "another optimizer"
        )
    return Blind(problem, optimizer, options)


def couples(make: Callable[[list[nn.Parameter]], Any]) -> bool:
    """Whether two matrices in one parameter are moved otherwise than each alone."""
    start = torch.tensor(
        [[[1.0, 2.0], [3.0, 5.0]], [[100.0, -200.0], [300.0, 7.0]]], device="cpu"
    ).double()
    try:
        together, alone = (_moved(make, start[:count]) for count in (2, 1))
    except Exception:  # whatever it is, the reader's own run is to say so
        return False
    return not torch.allclose(together[:1], alone, rtol=1e-6, atol=0)


def _moved(make: Callable[[list[nn.Parameter]], Any], start: Tensor) -> Tensor:
    """How far an optimizer moves from `start` in three steps on a quadratic bowl."""
    X = nn.Parameter(start.clone())
    curvature = torch.tensor([[1.0, 0.3], [0.5, 0.2]], device="cpu")
    optimizer = make([X])
    getattr(optimizer, "train", lambda: None)()

    def closure() -> Tensor:
        X.grad = curvature * X.detach()
        return (curvature * X.detach().square()).sum() / 2

    for _ in range(3):
        closure()
        takes = "closure" in inspect.signature(optimizer.step).parameters
        optimizer.step(closure) if takes else optimizer.step()
    return X.detach() - start

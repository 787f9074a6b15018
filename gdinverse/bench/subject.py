"""The optimizer under test: how it is made, named and stepped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import torch

from gdinverse.core.methods import Blind

Make = Callable[..., torch.optim.Optimizer]


@dataclass(frozen=True)
class Subject:
    """A class with its options, or a factory.

    Attributes
    ----------
    optimizer : class or callable
        A `torch.optim.Optimizer` class, or a function `(params, lr) -> optimizer`.
    options : dict
        What the class takes besides parameters and lr.
    """

    optimizer: Make
    options: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not callable(self.optimizer) or isinstance(self.optimizer, torch.optim.Optimizer):
            raise TypeError(
                f"{self.optimizer!r} is no optimizer to be made afresh: pass the class, such as "
                "torch.optim.SGD with momentum=0.9 beside it, or a function of params and lr"
            )
        if "lr" in self.options:
            raise TypeError("the bench chooses lr by itself: leave it out")

    @property
    def name(self) -> str:
        """The name of class or function, with its options."""
        name = getattr(self.optimizer, "__name__", type(self.optimizer).__name__)
        options = ", ".join(f"{key}={value!r}" for key, value in self.options.items())
        return f"{name}({options})" if options else name

    def __call__(self, params: Any, lr: float) -> torch.optim.Optimizer:
        """Make one, ready to train."""
        made = self.optimizer(params, lr=lr, **self.options)
        getattr(made, "train", lambda: None)()
        return made


class Counted(Blind):
    """A run of the subject on a problem, whose gradient evaluations are counted."""

    def __init__(self, subject: Subject, problem: Any, lr: float) -> None:
        self.evaluations = 0
        self.watch: Callable[[], object] = lambda: None
        super().__init__(problem, subject, {"lr": lr})

    def _evaluate(self) -> torch.Tensor:
        self.evaluations += 1
        known = super()._evaluate()
        self.watch()
        return known

    def __iter__(self) -> Iterator[float]:
        """The loss at the start and after every step, without an end."""
        while True:
            yield float(self.losses())
            self.advance()

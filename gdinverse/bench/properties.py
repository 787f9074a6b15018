"""What an optimizer is like, without a verdict: its symmetries, its habits, and its twins."""

from __future__ import annotations

import copy

import torch
from torch import Tensor

from gdinverse.bench.bounds import path
from gdinverse.bench.examined import Examined
from gdinverse.bench.problems import Quadratic
from gdinverse.bench.subject import Subject

STEPS, LR = 12, 0.03
ROWS, COLUMNS = 4, 3
KNOWN: dict[str, Subject] = {
    f"torch.optim.{subject.name}": subject
    for subject in (
        Subject(torch.optim.SGD),
        Subject(torch.optim.SGD, {"momentum": 0.9}),
        Subject(torch.optim.SGD, {"momentum": 0.9, "nesterov": True}),
        *(
            Subject(getattr(torch.optim, name))
            for name in ("Adam", "AdamW", "NAdam", "RAdam", "Adamax", "Adadelta", "Adagrad")
        ),
        Subject(torch.optim.RMSprop),
        Subject(torch.optim.Rprop),
    )
}


def _draw(*shape: int) -> Tensor:
    generator = torch.Generator().manual_seed(1)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


def _orthogonal(n: int) -> Tensor:
    return torch.linalg.qr(_draw(n, n))[0].contiguous()  # kron asks for that


class Habits:
    """The paths of one optimizer on a small problem, changed in one respect at a time.

    Parameters
    ----------
    examined : Examined
        The optimizer.
    """

    def __init__(self, examined: Examined) -> None:
        self.examined, self.subject = examined, examined.subject
        entries = ROWS * COLUMNS
        Q = _orthogonal(entries)
        self.H = Q * torch.linspace(0.1, 1, entries).double() @ Q.mT
        self.answer = _draw(ROWS, COLUMNS)
        self.tolerance = max(examined.tolerance, 1e-9)
        self.plain = self.walk()

    def walk(
        self,
        H: Tensor | None = None,
        turn: Tensor | None = None,
        shift: float = 0.0,
        lr: float = LR,
    ) -> Tensor:
        """The path, with another Hessian, all entries turned, or answer and start shifted."""
        H = self.H if H is None else H
        answer = self.answer
        if turn is not None:
            H, answer = turn @ H @ turn.mT, (turn @ answer.flatten()).view_as(answer)
        start = torch.full_like(answer, shift)
        return path(self.subject, Quadratic(H, answer + shift, start), lr, STEPS)

    def alike(self, one: Tensor, other: Tensor) -> bool:
        """Whether two paths agree."""
        return bool((one - other).abs().max() <= self.tolerance)

    def turned(self, turn: Tensor) -> bool:
        """Whether turning the problem turns the path."""
        return self.alike(self.walk(turn=turn), self.plain @ turn.mT)

    def scale(self) -> str:
        """What a loss 1,024 times as large does."""
        large = 1024 * self.H
        if self.alike(self.walk(large), self.plain):
            return "the same path"
        same = self.alike(self.walk(large, lr=LR / 1024), self.plain)
        return "the same path at lr/1,024" if same else "another path"

    def properties(self) -> dict[str, bool | str]:
        """What changes of the problem change the path with it, and no more."""
        rows = torch.eye(ROWS, dtype=torch.float64)
        columns = torch.eye(COLUMNS, dtype=torch.float64)
        order = torch.randperm(ROWS * COLUMNS, generator=torch.Generator().manual_seed(0))
        return {
            "rotation of all entries": self.turned(_orthogonal(ROWS * COLUMNS)),
            "rotation of rows": self.turned(torch.kron(_orthogonal(ROWS), columns)),
            "rotation of columns": self.turned(torch.kron(rows, _orthogonal(COLUMNS))),
            "permutation": self.turned(torch.eye(ROWS * COLUMNS).double()[order]),
            "translation": self.alike(self.walk(shift=3.0) - 3.0, self.plain),
            "tensors independent": self.examined.independent,
            "loss × 1,024": self.scale(),
        }

    def facts(self) -> list[str]:
        """Habits that a user should know of, each a sentence."""
        flat = self.walk(torch.zeros_like(self.H), shift=1.0)
        lines = self.examined.lines("p = new(); o = make([p]); go(1, o, p); q = p.grad; m = new()")
        space = self.examined.measure(lines)
        edited = not torch.equal(space["q"], space["m"].detach().sin())
        said = {
            "It moves where the gradient is zero, as a decay does.": not self.alike(flat, flat[:1]),
            "It draws random numbers.": self.examined.random,
            "It edits p.grad.": edited,
            "It does not heed lr.": self.alike(self.walk(lr=LR / 2), self.plain),
            "Its step needs a closure.": self.examined.style == "closure",
            "It differentiates the gradient.": self.examined.style == "graph",
        }
        return [sentence for sentence, holds in said.items() if holds]

    def twins(self) -> list[str]:
        """Which optimizers of torch, at their defaults, take the same path."""
        bowl = Quadratic(self.H, self.answer)
        paths = {name: path(known, copy.deepcopy(bowl), LR, STEPS) for name, known in KNOWN.items()}
        return [name for name, known in paths.items() if self.alike(known, self.plain)]

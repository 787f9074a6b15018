"""What an optimizer is like, without a verdict: its symmetries, its habits, and its twins."""

from __future__ import annotations

import torch
from torch import Tensor

from gdinverse.bench.bounds import path
from gdinverse.bench.examined import Examined
from gdinverse.bench.problems import Quadratic
from gdinverse.bench.subject import Subject

STEPS, LR = 12, 0.03
ROWS, COLUMNS = 4, 3
MOMENTUM = {"momentum": 0.9}
NAMES = "Adam AdamW NAdam RAdam Adamax Adadelta Adagrad RMSprop Rprop"
KNOWN = [
    *(Subject(torch.optim.SGD, known) for known in ({}, MOMENTUM, {**MOMENTUM, "nesterov": True})),
    *(Subject(getattr(torch.optim, name)) for name in NAMES.split()),
]
EDITS = """
p = new(); go(1, make([p]), p)
assert torch.equal(p.grad, new().detach().sin())"""


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
        self.examined, self.tolerance = examined, max(examined.tolerance, 1e-9)
        Q, self.answer = _orthogonal(ROWS * COLUMNS), _draw(ROWS, COLUMNS)
        self.H = Q * torch.linspace(0.1, 1, len(Q)).double() @ Q.mT
        self.plain = self.walk(self.H, self.answer)

    def walk(self, H: Tensor, answer: Tensor, shift: float = 0.0, lr: float = LR) -> Tensor:
        """The path on a bowl, with answer and start shifted."""
        bowl = Quadratic(H, answer + shift, start=torch.full_like(answer, shift))
        return path(self.examined.subject, bowl, lr, STEPS)

    def alike(self, one: Tensor, other: Tensor) -> bool:
        """Whether two paths agree."""
        return bool((one - other).abs().max() <= self.tolerance)

    def turned(self, turn: Tensor) -> bool:
        """Whether turning the problem turns the path."""
        answer = (turn @ self.answer.flatten()).view_as(self.answer)
        return self.alike(self.walk(turn @ self.H @ turn.mT, answer), self.plain @ turn.mT)

    def scaled(self) -> str:
        """What a loss 1,024 times as large does."""
        for lr, said in ((LR, "the same path"), (LR / 1024, "the same path at lr/1,024")):
            if self.alike(self.walk(1024 * self.H, self.answer, lr=lr), self.plain):
                return said
        return "another path"

    def properties(self) -> dict[str, bool | str]:
        """What changes of the problem change the path with it, and no more."""
        rows, columns, entries = (torch.eye(n).double() for n in (ROWS, COLUMNS, ROWS * COLUMNS))
        order = torch.randperm(ROWS * COLUMNS, generator=torch.Generator().manual_seed(0))
        return {
            "rotation of all entries": self.turned(_orthogonal(ROWS * COLUMNS)),
            "rotation of rows": self.turned(torch.kron(_orthogonal(ROWS), columns)),
            "rotation of columns": self.turned(torch.kron(rows, _orthogonal(COLUMNS))),
            "permutation": self.turned(entries[order]),
            "translation": self.alike(self.walk(self.H, self.answer, 3.0) - 3.0, self.plain),
            "tensors independent": self.examined.independent,
            "loss × 1,024": self.scaled(),
        }

    def facts(self) -> list[str]:
        """Habits that a user should know of, each a sentence."""
        flat = self.walk(torch.zeros_like(self.H), self.answer, 1.0)
        slow = self.walk(self.H, self.answer, lr=LR / 2)
        edits = self.examined.error(self.examined.lines(EDITS))
        said = {
            "It moves where the gradient is zero, as a decay does.": not self.alike(flat, flat[:1]),
            "It draws random numbers.": self.examined.random,
            "It edits p.grad.": edits is not None,
            "It does not heed lr.": self.alike(slow, self.plain),
            "Its step needs a closure.": self.examined.style == "closure",
            "It differentiates the gradient.": self.examined.style == "graph",
        }
        return [sentence for sentence, holds in said.items() if holds]

    def twins(self) -> list[str]:
        """Which optimizers of torch, at their defaults, take the same path."""
        found = []
        for known in KNOWN:
            walk = path(known, Quadratic(self.H, self.answer), LR, STEPS)
            if self.alike(walk, self.plain):
                found.append(f"torch.optim.{known.name}")
        return found

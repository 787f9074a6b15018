"""What every optimizer has to keep, as checks that are their own reproducers.

A check is a few lines of plain torch, in contract.toml. The bench runs these very lines and prints
them where they fail, so what an author is handed is what was seen to fail. Each stands alone.
"""

from __future__ import annotations

import inspect
import tomllib
import unittest
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gdinverse.bench.examined import Examined
from gdinverse.bench.subject import Make, Subject


@dataclass(frozen=True)
class Check:
    """One property of optimizers, as lines that raise where it does not hold.

    Attributes
    ----------
    name : str
        What a report calls it.
    sentence : str
        What holds, if it holds.
    lines : str
        What raises; `make`, `go` and `new` are defined above them.
    option : str
        An option of the constructor without which there is nothing to check.
    path : bool
        Whether two paths are compared, which one that draws random numbers cannot be held to; nor
        one as sensitive as chaos, where they may differ by a tolerance.
    alone : bool
        Whether it says something only of optimizers that move each tensor by itself.
    may_refuse : bool
        Whether a ValueError of the optimizer is an honest answer.
    """

    name: str
    sentence: str
    lines: str
    option: str = ""
    path: bool = False
    alone: bool = False
    may_refuse: bool = False

    def __str__(self) -> str:
        return self.name

    def __call__(self, optimizer: Make, *, lr: float = 0.02, **options: Any) -> None:
        """Raise where the property does not hold, as a test of pytest.

        Parameters
        ----------
        optimizer : class or callable
            A `torch.optim.Optimizer` class, or a function `(params, lr) -> optimizer`.
        lr : float
            The learning rate of the check.
        **options
            Passed to the class.

        Raises
        ------
        AssertionError
            With the sentence, what was seen, and lines that show it.
        unittest.SkipTest
            Where there is no verdict, with the reason; pytest shows it as skipped.

        Examples
        --------
        >>> import torch, gdinverse as gd
        >>> resume, = (check for check in gd.bench.contract() if str(check) == "resume")
        >>> resume(torch.optim.Adam)
        >>> resume(torch.optim.NAdam)
        Traceback (most recent call last):
        AssertionError: resume fails: A run that is saved and loaded goes on along the same path...
        """
        outcome = self.examine(Examined(Subject(optimizer, options), lr))
        if outcome.verdict is None:
            raise unittest.SkipTest(str(outcome))
        if not outcome.verdict:
            raise AssertionError(f"{outcome}\n\n{outcome.reproducer}\n")

    def examine(self, examined: Examined) -> Outcome:
        """Run the lines on an optimizer, unless there is a reason to have no verdict."""
        reason = self._reason(examined)
        if reason:
            return Outcome(self.name, self.sentence, None, reason)
        lines = examined.lines(self.lines)
        error = examined.error(lines)
        if error is None:
            return Outcome(self.name, self.sentence, True)
        seen = f"{type(error).__name__}: {error}".strip(": ").split("\n")[0][:200]
        refused = self.may_refuse and isinstance(error, ValueError | NotImplementedError)
        return Outcome(self.name, self.sentence, None if refused else False, seen, lines)

    def _reason(self, examined: Examined) -> str:
        if self.option not in ("", *inspect.signature(examined.subject.optimizer).parameters):
            return f"there is no option {self.option}"
        if self.path and examined.random:
            return "two runs from one start differ: it draws random numbers"
        if "TOLERANCE" in self.lines and not examined.tolerance:
            return f"starts 1e-13 apart end {examined.sensitivity:.0e} apart"
        if self.alone and not examined.independent:
            return "one tensor's step depends on another's gradient"
        return ""


@dataclass(frozen=True)
class Outcome:
    """What one check said of one optimizer.

    Attributes
    ----------
    name, sentence : str
        The check's.
    verdict : bool, or None
        None where there is none; `seen` says why.
    seen : str
        The error that the check raised, or the reason for no verdict.
    reproducer : str
        Lines that raise the same, where it failed.
    """

    name: str
    sentence: str
    verdict: bool | None
    seen: str = ""
    reproducer: str = ""

    def __str__(self) -> str:
        said = {True: "holds", False: "fails", None: "has no verdict"}[self.verdict]
        return f"{self.name} {said}: {self.sentence} {self.seen}".strip()


CHECKS = tuple(
    Check(name, **said)
    for name, said in tomllib.loads(Path(__file__).with_suffix(".toml").read_text()).items()
)


def path_of(reference: Make) -> Check:
    """The check that an optimizer takes the path of another, at that one's defaults."""
    module, name = reference.__module__, reference.__name__
    lines = (
        f"from {module} import {name} as Like\n"
        "p, q = new(), new(); go(9, make([p]), p); go(9, Like([q], lr=RATE), q)\n"
        "assert (p - q).abs().max() <= TOLERANCE, (p - q).abs().max()"
    )
    return Check("like", f"It takes the path of {module}.{name}.", lines, path=True)

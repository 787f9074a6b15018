"""An optimizer before the checks: how it wants to be stepped, and what tolerance is fair to it."""

from __future__ import annotations

import math
import sys
import warnings
from contextlib import redirect_stdout
from functools import cached_property
from io import StringIO
from typing import Any

import torch

from gdinverse.bench.subject import Subject

SURE = 1e-8  # a larger tolerance would show nothing
LEAST = 1e-12  # rounding, where an optimizer amplifies nothing
LOSS = "(y := s * sum((1 - p.cos()).sum() for p in ps))"
STEP = {  # how one step is asked for: as most loops do, or as the optimizer needs it
    "plain": f"(o.zero_grad(), {LOSS}.backward(), o.step())",
    "closure": f"o.step(lambda: (o.zero_grad(), {LOSS}.backward(), y)[-1])",
    "graph": f"(o.zero_grad(), {LOSS}.backward(create_graph=True), o.step())",
}
NEW = (
    "new = lambda dtype=torch.float64: "
    "torch.nn.Parameter(torch.linspace(-1, 2, 12, dtype=dtype).view(4, 3))"
)
TWO = "p, q = new(), new(); go(9, make([p]), p); go(9, make([q]), q)"


class Examined:
    """One optimizer, with what the checks need to know of it.

    Parameters
    ----------
    subject : Subject
        The optimizer.
    lr : float
        The learning rate of all checks.

    Raises
    ------
    RuntimeError
        Where it takes no step at all, with all that was tried.
    """

    def __init__(self, subject: Subject, lr: float = 0.02) -> None:
        self.subject, self.lr, self.style = subject, lr, ""
        tried = []
        for self.style in STEP:
            error = self.error(self.lines("p = new(); go(3, make([p]), p)"))
            if error is None:
                return
            tried.append(f"{self.style}: {type(error).__name__}: {error}")
        seen = f"{subject.name} takes no step on a float64 parameter of 4 × 3. Tried: "
        raise RuntimeError(seen + "; ".join(tried))

    def lines(self, body: str) -> str:
        """A check's lines, with what they use above them."""
        if "TOLERANCE" in body:
            body = body.replace("TOLERANCE", f"{self.tolerance:.0e}")
        body = body.replace("RATE", str(self.lr))
        names = [name for name in ("copy", "io") if f"{name}." in body]
        name, source = self._import()
        options = "".join(f", {key}={value!r}" for key, value in self.subject.options.items())
        made = f"{name}(ps, lr=lr{options}, **more)"
        if hasattr(self.subject.optimizer, "train"):
            made = f"(o := {made}, o.train())[0]"
        make = f"make = lambda ps, lr={self.lr}, **more: {made}"
        go = f"go = lambda n, o, *ps, s=1: [{STEP[self.style]} for _ in range(n)]"
        first = f"import {', '.join([*names, 'torch'])}; {source}; {make}"
        return "\n".join([first, *[NEW] * ("new(" in body), go, body])

    def _import(self) -> tuple[str, str]:
        """What the optimizer is called, and where from, if an import finds it again."""
        made = self.subject.optimizer
        name, module = (getattr(made, key, "") for key in ("__name__", "__module__"))
        if getattr(sys.modules.get(module), name, None) is made:
            return name, f"from {module} import {name}"
        return "Yours", "Yours = Yours"

    def error(self, lines: str) -> Exception | None:
        """Run lines by themselves; what they raise."""
        try:
            self.measure(lines)
        except Exception as error:  # whatever an optimizer raises is what the check has seen
            return error
        return None

    def measure(self, lines: str) -> dict[str, Any]:
        """Run lines, from the same random numbers each time; what they have defined."""
        space = {"Yours": self.subject.optimizer}
        quiet = warnings.catch_warnings(action="ignore"), redirect_stdout(StringIO())
        with torch.random.fork_rng(devices=[]), torch.enable_grad(), quiet[0], quiet[1]:
            torch.manual_seed(0)
            exec(compile(lines, "<check>", "exec"), space)
        return space

    def apart(self, body: str) -> float:
        """How far apart lines leave p and q."""
        space = self.measure(self.lines(body))
        distance = (space["p"] - space["q"]).detach().abs().max()
        return float(distance.nan_to_num(math.inf, math.inf))

    @cached_property
    def random(self) -> bool:
        """Whether two runs from one start differ."""
        return self.apart(TWO) > 0

    @cached_property
    def sensitivity(self) -> float:
        """How far apart two runs from starts 1e-13 apart end."""
        return self.apart(TWO.replace("; ", "; q.data += 1e-13; ", 1))

    @cached_property
    def tolerance(self) -> float:
        """1,000 times the sensitivity; 0 where that says nothing."""
        tolerance = max(1000 * self.sensitivity, LEAST)
        return tolerance if tolerance <= SURE else 0.0

    @cached_property
    def independent(self) -> bool:
        """Whether a tensor moves as it would without a second one, with a larger gradient."""
        both = "p, q, r = new(), new(), new(); r.data *= -7; go(9, make([p, r]), p, r); "
        return self.apart(both + "go(9, make([q]), q)") <= self.tolerance

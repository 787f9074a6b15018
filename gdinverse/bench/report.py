"""What the bench says of an optimizer, as data and in words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from gdinverse.bench.contract import Outcome


@dataclass(frozen=True)
class Row:
    """One problem, at the best learning rate of the grid.

    Attributes
    ----------
    problem : str
        Its name.
    steps, evaluations : int, or None
        Steps, and gradient evaluations, to √(loss / first loss) ≤ 1e-6; None for never.
    lr : float, or None
        The learning rate that needs fewest evaluations, or gets lowest.
    level : float, or None
        √(loss / first loss) at the end; None where every run diverges.
    window : float, or None
        Decades of learning rate that need at most twice the evaluations.
    bound : int, or None
        Evaluations of conjugate gradients on this very problem, where that is a bound.
    predicted : int, or None
        Steps that a diagonal problem predicts, for a linear optimizer.
    counts : list
        Steps from starts 1e-13 apart.
    returns : bool, or None
        Whether the loss leaves again within 2,000 further steps.
    remark : str
        Why it does not arrive, or why there is no bound.
    curve : list of (lr, evaluations, level)
        All learning rates that were tried, in ascending order.
    """

    problem: str
    steps: int | None = None
    evaluations: int | None = None
    lr: float | None = None
    level: float | None = None
    window: float | None = None
    bound: int | None = None
    predicted: int | None = None
    counts: list[int | None] = field(default_factory=list)
    returns: bool | None = None
    remark: str = ""
    curve: list[tuple[float, int | None, float | None]] = field(default_factory=list)

    @property
    def times(self) -> float | None:
        """Evaluations over the bound."""
        return self.evaluations / self.bound if self.evaluations and self.bound else None

    @property
    def result(self) -> str:
        """Steps, or the level that is not left, in words."""
        if self.steps is None:
            return "–" if self.level is None else f"– ({self.level:.0e})"
        reached = sum(count is not None for count in self.counts)
        luck = len({*self.counts, self.steps}) > 1
        kind = f", {reached} of {len(self.counts)} starts" if luck else ""
        return f"{self.steps:,}{kind}{', leaves again' if self.returns else ''}"


@dataclass(frozen=True)
class Report:
    """What `gd.bench` returns.

    Attributes
    ----------
    name : str
        The optimizer with its options.
    rows : list of Row
        One for each problem.
    contract : list of Outcome
        One for each check.
    combines : bool
        Whether its steps combine gradients and nothing else, so that the bound is one for it.
    properties : dict
        What changes of a problem change the path with it, and no more.
    facts : list of str
        Habits that are no verdict.
    twins : list of str
        Optimizers of torch that take the same path.
    noise : float, or None
        Error after 500 noisy gradients at the best learning rate, over the least possible.
    seconds : float
        How long the bench took.
    """

    name: str
    rows: list[Row]
    contract: list[Outcome]
    combines: bool
    properties: dict[str, bool | str]
    facts: list[str]
    twins: list[str]
    noise: float | None
    seconds: float

    @property
    def failures(self) -> list[Outcome]:
        """The checks of the contract that fail."""
        return [outcome for outcome in self.contract if outcome.verdict is False]

    @property
    def summary(self) -> str:
        """How many checks hold, in one line."""
        judged = [outcome for outcome in self.contract if outcome.verdict is not None]
        held = len(judged) - len(self.failures)
        return f"{held} of {len(judged)} contract tests passed, {self.seconds:.0f} s"

    def __getitem__(self, problem: str) -> Row:
        """The row of a problem."""
        return {row.problem: row for row in self.rows}[problem]

    def __repr__(self) -> str:
        return "\n".join([f"{self.name}: {self.summary}", *self._table(), *self._remarks()])

    def _table(self) -> Iterator[str]:
        others = {name: {r.problem: r.steps for r in of.rows} for name, of in beside().items()}
        head = "".join(f"{name:>10}" for name in others)
        width = max(len(said) for said in [self.name[:24], *(row.result for row in self.rows)])
        yield f"{'steps to 1e-6':20} {self.name[:24]:>{width}} {'× bound':>8}{head}"
        for row in self.rows:
            tail = "".join(f"{_said(known.get(row.problem), ','):>10}" for known in others.values())
            yield f"{row.problem:20} {row.result:>{width}} {_said(row.times, '.1f'):>8}{tail}"

    def _remarks(self) -> Iterator[str]:
        yield from (f"{row.problem}: {row.remark}" for row in self.rows if row.remark)
        if not self.combines:
            yield "no bound: its steps leave the span of its gradients"
        if self.noise:
            yield f"in noise: {self.noise:.1f} times the least error"
        if self.twins:
            yield f"the same path as {', '.join(self.twins)}"
        yield from self.facts
        yield from map(str, self.failures)

    def to_markdown(self) -> str:
        """The rows as a table, the failures below it with their lines."""
        lines = [f"**{self.name}**: {self.summary}\n"]
        lines += [
            "| problem | steps | × bound | lr | window (decades) | remark |",
            "|---" * 6 + "|",
        ]
        for row in self.rows:
            numbers = _said(row.times, ".1f"), _said(row.lr, ".2g"), _said(row.window, ".1f")
            lines.append(f"| {' | '.join([row.problem, row.result, *numbers, row.remark])} |")
        lines += [f"\n{failed}\n\n```python\n{failed.reproducer}\n```" for failed in self.failures]
        return "\n".join(lines)

    def to_json(self) -> str:
        """Everything; `gd.bench.read` makes a report of it again."""
        return json.dumps(asdict(self), ensure_ascii=False)

    def plot(self, what: str = "steps") -> Any:
        """Draw the evaluations of each problem beside others, or of each learning rate.

        Parameters
        ----------
        what : "steps" or "lr"
            Evaluations by problem, beside SGD, momentum and Adam; or by learning rate.

        Returns
        -------
        plotly Figure
        """
        from gdinverse.bench import figures

        return figures.by_lr(self) if what == "lr" else figures.by_problem(self)


def read(path: str | Path) -> dict[str, Report]:
    """The reports of a file that `python -m gdinverse.bench … --json` wrote, by name."""
    reports = json.loads(Path(path).read_text())
    for name, said in reports.items():
        said["rows"] = [Row(**row) for row in said["rows"]]
        said["contract"] = [Outcome(**outcome) for outcome in said["contract"]]
        reports[name] = Report(**{key: said[key] for key in Report.__dataclass_fields__})
    return reports


@cache
def beside() -> dict[str, Report]:
    """What stands beside every report: SGD, momentum and Adam, as they were stored."""
    return read(Path(__file__).with_name("beside.json"))


def _said(number: float | None, how: str) -> str:
    return "–" if number is None else format(number, how)

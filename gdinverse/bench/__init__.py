"""The bench: whether an optimizer finds known answers, how fast, and whether it is built right."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gdinverse.bench.bounds import combines
from gdinverse.bench.contract import CHECKS, Check, Outcome, path_of
from gdinverse.bench.examined import Examined
from gdinverse.bench.problems import MAIN, trials
from gdinverse.bench.properties import Habits
from gdinverse.bench.report import Report, Row, read
from gdinverse.bench.rows import in_noise, row_of
from gdinverse.bench.subject import Make, Subject

__all__ = ["Bench", "Check", "Outcome", "Report", "Row"]


class Bench:
    """Any torch optimizer on problems with known answers, and before a contract: `gd.bench`."""

    def __call__(
        self,
        optimizer: Make,
        *,
        quick: bool = False,
        problems: Sequence[str] = (),
        like: Make | None = None,
        progress: bool = False,
        **options: Any,
    ) -> Report:
        """Bench an optimizer: problems, contract, properties, twins.

        Parameters
        ----------
        optimizer : class or callable
            A `torch.optim.Optimizer` class, or a function `(params, lr) -> optimizer`.
        quick : bool
            Every problem with a smaller budget; two of them, where none is named; and no noise.
        problems : sequence of str
            The names of rows, where not all are wanted; and no noise.
        like : class, optional
            The optimizer whose path it claims to take, such as `torch.optim.Adam`.
        progress : bool
            Show a progress bar (tqdm).
        **options
            Passed to the class. The bench chooses lr by itself.

        Returns
        -------
        Report

        Raises
        ------
        TypeError
            For an instance, and for an lr.
        ValueError
            For an unknown problem.
        RuntimeError
            For an optimizer that takes no step, with what was tried.

        Notes
        -----
        The learning rate is the best of half decades from 10 to 1e-4 and of two more around it,
        the same for all. A run ends at √(loss / first loss) ≤ 1e-6 or with its budget, which
        counts gradient evaluations, never seconds.

        Examples
        --------
        >>> import torch, gdinverse as gd
        >>> report = gd.bench(torch.optim.Adagrad, problems=["diagonal, κ 100"])
        >>> report["diagonal, κ 100"].steps
        13
        >>> report.failures, report.twins
        ([], ['torch.optim.Adagrad'])

        Explained in [The optimizer bench](../bench/index.py).
        """
        from tqdm.auto import tqdm

        begin, subject = time.monotonic(), Subject(optimizer, options)
        shown = tqdm(trials(problems, quick), unit="problem", disable=not progress)
        examined = Examined(subject)
        contract = [check.examine(examined) for check in self.contract(like)]
        habits = Habits(examined)
        said = habits.properties(), habits.facts(), habits.twins()
        spans = combines(subject)
        rows = [row_of(subject, trial, spans) for trial in shown]
        noise = None if quick or problems else in_noise(subject)
        return Report(subject.name, rows, contract, spans, *said, noise, time.monotonic() - begin)

    def contract(self, like: Make | None = None) -> list[Check]:
        """The checks of the contract, for `pytest.mark.parametrize`.

        Parameters
        ----------
        like : class, optional
            Adds the check that the optimizer takes the path of this one.

        Examples
        --------
        >>> import torch, gdinverse as gd
        >>> for check in gd.bench.contract(like=torch.optim.SGD)[:3]:
        ...     check(torch.optim.SGD, lr=0.02)
        ...     print(check)
        scalar
        vector
        matrix
        """
        return [*CHECKS, *([path_of(like)] if like else [])]

    def check(
        self,
        optimizer: Make,
        problem: str = MAIN,
        *,
        within: float | None = None,
        steps: int | None = None,
        **options: Any,
    ) -> Row:
        """Assert that an optimizer solves one problem, at the best learning rate of the grid.

        Parameters
        ----------
        optimizer : class or callable
            As for `gd.bench`.
        problem : str
            The name of a row.
        within : float, optional
            How many times the bound it may take, where it has one.
        steps : int, optional
            How many steps it may take.
        **options
            Passed to the class.

        Raises
        ------
        AssertionError
            Where it needs more, or does not arrive.
        ValueError
            For an unknown problem, and for `within` where there is no bound.

        Examples
        --------
        >>> import torch, gdinverse as gd
        >>> gd.bench.check(torch.optim.Adagrad, "diagonal, κ 100", steps=20).steps
        13
        """
        subject, (trial,) = Subject(optimizer, options), trials([problem], quick=False)
        row = row_of(subject, trial, within is not None and combines(subject))
        if within is not None and not row.bound:
            raise ValueError(
                f"{subject.name} has no bound on {problem!r}, which holds for combinations of "
                "gradients on a quadratic: pass steps= in place of within="
            )
        assert row.steps is not None, f"{subject.name} does not solve {problem!r}: {row.remark}"
        enough = within is None or (row.times or 0) <= within
        assert enough, f"{row.times:.1f} times the bound, {within} allowed"
        assert steps is None or row.steps <= steps, f"{row.steps} steps, {steps} allowed"
        return row

    def read(self, path: str | Path) -> dict[str, Report]:
        """The reports of a file that `python -m gdinverse.bench … --json` wrote, by name."""
        return read(path)


bench = Bench()

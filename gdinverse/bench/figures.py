"""Two figures of a report: every problem beside others, and every learning rate."""

from __future__ import annotations

import plotly.graph_objects as go

from gdinverse import figures
from gdinverse.bench.report import Report, beside

ROLES = ("c1", "c3", "c4", "c2", "c5")


def by_problem(report: Report) -> go.Figure:
    """Evaluations on each problem, beside the stored optimizers."""
    solved = sum(row.steps is not None for row in report.rows)
    fig = figures.figure(
        f"{report.name}: {solved} of {len(report.rows)} problems solved",
        x="",
        y="gradient evaluations to 1e-6",
        caption="At the best learning rate of one grid. Where a dot is missing, no run arrives.",
        alt="; ".join(f"{row.problem}: {row.result}" for row in report.rows) + ".",
    )
    at = {row.problem: place for place, row in enumerate(report.rows)}
    for (name, shown), role in zip({report.name: report, **beside()}.items(), ROLES, strict=False):
        rows = [row for row in shown.rows if row.evaluations and row.problem in at]
        if rows:
            counts = [row.evaluations or 0 for row in rows]
            figures.dots(fig, [at[row.problem] for row in rows], counts, role, name)
    names = [problem.replace(", ", "<br>") for problem in at]
    fig.layout.xaxis.update(tickvals=list(range(len(names))), ticktext=names)
    return fig


def by_lr(report: Report) -> go.Figure:
    """Evaluations at every learning rate, a line for each problem that is solved."""
    fig = figures.figure(
        f"{report.name}: evaluations by learning rate",
        x="lr",
        y="gradient evaluations to 1e-6",
        log_x=True,
        caption="What is slower than twice the best is cut off.",
        alt="; ".join(f"{row.problem}: best at {row.lr:.2g}" for row in report.rows if row.steps),
    )
    for row, role in zip(report.rows, ROLES, strict=False):
        tried = [(lr, count) for lr, count, _ in row.curve if count]
        if tried:
            lrs, counts = zip(*tried, strict=True)
            figures.line(fig, lrs, counts, role, row.problem)
    return fig

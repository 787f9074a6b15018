"""The figure that every page needs: runs, their predictions, and the floor they end on."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gdinverse.figures.drawing import figure, line
from gdinverse.figures.marks import band, dot

if TYPE_CHECKING:
    import plotly.graph_objects as go
    from torch import Tensor

    from gdinverse.result import Result

MOST_CURVES = 5
COLORS = ("c1", "c3", "c4", "c2", "c5")  # brown late: it is nearest to a prediction's orange


class Curve(NamedTuple):
    """One run, from its guess to where it settled."""

    name: str
    status: str
    steps: int
    values: np.ndarray
    predicted: np.ndarray
    predicted_steps: int


def convergence(
    results: dict[str, Result],
    *,
    quantity: str = "loss",
    claim: str | None = None,
    caption: str | None = None,
) -> go.Figure:
    """Draw runs step by step, each prediction dashed on top, the floor as a band.

    A run is drawn to where it settled and ends in a dot.

    Parameters
    ----------
    results : dict from str to Result
        At most five matrices in all; a batch counts each of its matrices.
    quantity : str
        "loss", or "error_bound", beside which the predicted error is drawn.
    claim, caption : str, optional
        Title and caption; by default they state the numbers of steps.

    Raises
    ------
    ValueError
        For no matrix, for more than five, and for a quantity that is not recorded.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> M = [[1.0, 0.0], [0.0, 2.0]]
    >>> run = gd.inv(M, optimizer=torch.optim.SGD, lr=0.4, tolerance=1e-6)
    >>> convergence({"": run}).layout.title.text
    'Predicted: 62 steps. Measured: 62 steps.'

    Explained in [The same run in one line](../series/2b-curve.py#the-same-run-in-one-line).
    """
    if quantity not in ("loss", "error_bound"):
        raise ValueError(f"quantity={quantity!r} is not recorded: take 'loss' or 'error_bound'")
    curves = [_curve(name, result, quantity) for name, result in _single(results)]
    words = quantity.replace("_", " ")
    steps = [max(curve.steps, 1) for curve in curves]
    log_x = max(steps) > 20 * min(steps)  # else the short run is a vertical line
    fig = figure(
        _claim(curves) if claim is None else claim,
        x="step (log scale)" if log_x else "step",
        y=words,
        log_x=log_x,
        caption=_caption(words, curves) if caption is None else caption,
        alt=f"{words.capitalize()} against step. " + " ".join(map(_sentence, curves)),
    )
    for color, curve in zip(COLORS, curves, strict=False):
        _draw_measured(fig, curve, color if len(curves) > 1 else "measured")
    _draw_predicted(fig, curves, "error, predicted" if quantity != "loss" else "predicted")
    return _draw_floor(fig, curves)


def _single(results: dict[str, Result]) -> list[tuple[str, Result]]:
    """List the runs one by one; matrices of a batch are numbered."""
    runs = []
    for name, result in results.items():
        shape = result.steps.shape
        for index in product(*map(range, shape)):
            number = ", ".join(map(str, index))
            runs.append((f"{name} {number}".strip(), result[index] if shape else result))
    if not 0 < len(runs) <= MOST_CURVES:
        raise ValueError(
            f"{len(runs)} curves: a figure shows one to {MOST_CURVES} matrices; "
            "pick some of a batch with result[i]"
        )
    return runs


def _curve(name: str, run: Result, quantity: str) -> Curve:
    """Read one run into plain arrays."""
    steps, status, theory = int(run.steps), run.status.name, run.prediction
    values = _array(getattr(run.history, quantity))[: steps + 1]
    predicted, predicted_steps = values[:0], -1
    if theory is not None:  # a tenth further than a run that rounding stopped
        shown = steps * 11 // 10 if status == "floor" else steps
        predicted = _array(theory.loss if quantity == "loss" else theory.error)[: shown + 1]
        predicted_steps = -1 if theory.steps is None else int(theory.steps)
    return Curve(name, status.replace("_", " "), steps, values, predicted, predicted_steps)


def _array(values: Tensor) -> np.ndarray:
    return values.detach().cpu().double().numpy()


def _draw_measured(fig: go.Figure, curve: Curve, role: str) -> None:
    wide = len(curve.predicted) > 0
    line(fig, range(len(curve.values)), curve.values, role, curve.name or "measured", wide=wide)
    drawable = np.flatnonzero(np.isfinite(curve.values) & (curve.values > 0))
    if len(drawable):
        dot(fig, int(drawable[-1]), float(curve.values[drawable[-1]]), role)


def _draw_predicted(fig: go.Figure, curves: list[Curve], name: str) -> None:
    """All predictions look the same, so the longest carries the name of all."""
    predictions = [curve.predicted for curve in curves if len(curve.predicted)]
    for i, values in enumerate(sorted(predictions, key=len, reverse=True)):
        line(fig, range(len(values)), values, "predicted", "" if i else f"dashed: {name}")


def _draw_floor(fig: go.Figure, curves: list[Curve]) -> go.Figure:
    """Shade what lies below the loss at which rounding stopped a run."""
    levels = [float(c.values[-1]) for c in curves if c.status == "floor" and c.values[-1] > 0]
    if not levels:
        return fig
    ends = [curve.predicted[-1] for curve in curves if len(curve.predicted)]
    low = min([*(float(end) for end in ends if end > 0), *(level / 100 for level in levels)])
    return band(fig, low, max(levels), "floor: rounding")


def _claim(curves: list[Curve]) -> str:
    measured = " and ".join(f"{curve.steps:,}" for curve in curves)
    if all(curve.predicted_steps >= 0 for curve in curves):
        predicted = " and ".join(f"{curve.predicted_steps:,}" for curve in curves)
        return f"Predicted: {predicted} steps. Measured: {measured} steps."
    if len(curves) == 1:
        return f"{curves[0].status.capitalize()} after {measured} steps"
    return ", ".join(f"{curve.name} {curve.status} after {curve.steps:,}" for curve in curves)


def _caption(words: str, curves: list[Curve]) -> str:
    """How to read the lines, and by how much the two kinds differ."""
    deviations = [_deviation(curve) for curve in curves if len(curve.predicted)]
    if not deviations:
        return f"{words.capitalize()} at every step; each run ends in a dot."
    if words != "loss":
        return "Wide: the bound, measured. Dashed: the error, predicted from the singular values."
    return (
        "Wide: measured. Dashed: predicted from the singular values. Down to 1,000 times the "
        f"lowest loss they differ by at most {_short(max(deviations))} of the loss."
    )


def _deviation(curve: Curve) -> float:
    """Return the largest relative difference while the loss is well above its end."""
    count = min(len(curve.values), len(curve.predicted))
    measured, predicted = curve.values[:count], curve.predicted[:count]
    above = measured > 1000 * curve.values.min()
    return float(np.abs(predicted[above] / measured[above] - 1).max(initial=0))


def _sentence(curve: Curve) -> str:
    """One run in numbers, for whoever does not see its line."""
    first, last = _short(curve.values[0]), _short(curve.values[-1])
    theory = f", {curve.predicted_steps:,} predicted" if curve.predicted_steps >= 0 else ""
    name = f"{curve.name}: " if curve.name else ""
    return f"{name}{curve.status} after {curve.steps:,} steps{theory}, from {first} to {last}."


def _short(value: float) -> str:
    return f"{value:.2g}".replace("e-0", "e-").replace("e+0", "e")

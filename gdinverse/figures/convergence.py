"""The figure that every page needs: runs, their predictions, and the floor they end on."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

import numpy as np
import plotly.graph_objects as go

from gdinverse.figures.drawing import figure, line
from gdinverse.figures.marks import band, dot
from gdinverse.figures.thin import array

MOST_CURVES = 5
COLORS = ("c1", "c3", "c4", "c2", "c5")  # brown late: it is nearest to a prediction's orange


class Result(Protocol):
    """What is read of a run, or of a batch of runs."""

    @property
    def steps(self) -> Any: ...
    @property
    def status(self) -> Any: ...
    @property
    def history(self) -> Any: ...
    @property
    def prediction(self) -> Any: ...
    def __getitem__(self, index: Any) -> "Result": ...


class Curve(NamedTuple):
    """One run, from its guess to where it settled."""

    name: str
    status: str
    steps: int
    values: np.ndarray
    predicted: np.ndarray
    expected: int | None  # predicted steps


def convergence(
    results: Mapping[str, Result],
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
    lengths = [max(curve.steps, 1) for curve in curves]
    log_x = max(lengths) > 20 * min(lengths)  # else the short run is a vertical line
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
    predictions = sorted((c.predicted for c in curves if len(c.predicted)), key=len, reverse=True)
    name = "dashed: predicted" if quantity == "loss" else "dashed: error, predicted"
    for values in predictions:  # all look the same: the longest carries the name of all
        line(fig, range(len(values)), values, "predicted", name)
        name = ""
    return _draw_floor(fig, curves, predictions)


def _single(results: Mapping[str, Result]) -> list[tuple[str, Result]]:
    """List the runs one by one; matrices of a batch are numbered."""
    runs = [
        (f"{name} {', '.join(map(str, index))}".strip(), result[index] if index else result)
        for name, result in results.items()
        for index in np.ndindex(result.steps.shape)
    ]
    if not 0 < len(runs) <= MOST_CURVES:
        raise ValueError(
            f"{len(runs)} curves: a figure shows one to {MOST_CURVES} matrices; "
            "pick some of a batch with result[i]"
        )
    return runs


def _curve(name: str, run: Result, quantity: str) -> Curve:
    """Read one run into plain arrays."""
    steps, status, theory = int(run.steps), run.status.name, run.prediction
    values = array(getattr(run.history, quantity))[: steps + 1]
    predicted, expected = values[:0], None
    if theory is not None:  # a tenth further than a run that rounding stopped
        shown = steps * 11 // 10 if status == "floor" else steps
        predicted = array(theory.loss if quantity == "loss" else theory.error)[: shown + 1]
        expected = None if theory.steps is None or theory.steps < 0 else int(theory.steps)
    return Curve(name, status.replace("_", " "), steps, values, predicted, expected)


def _draw_measured(fig: go.Figure, curve: Curve, role: str) -> None:
    wide, name = len(curve.predicted) > 0, curve.name or "measured"
    line(fig, range(len(curve.values)), curve.values, role, name, wide=wide)
    drawable = np.flatnonzero(np.isfinite(curve.values) & (curve.values > 0))
    if len(drawable):
        dot(fig, int(drawable[-1]), float(curve.values[drawable[-1]]), role)


def _draw_floor(fig: go.Figure, curves: list[Curve], predictions: list[np.ndarray]) -> go.Figure:
    """Shade what lies below the loss at which rounding stopped a run."""
    levels = [float(c.values[-1]) for c in curves if c.status == "floor" and c.values[-1] > 0]
    ends = [float(values[-1]) for values in predictions if values[-1] > 0]
    low = min([*ends, *(level / 100 for level in levels)], default=0)
    return band(fig, low, max(levels), "floor: rounding") if levels else fig


def _claim(curves: list[Curve]) -> str:
    measured = " and ".join(f"{curve.steps:,}" for curve in curves)
    if None not in (expected := [curve.expected for curve in curves]):
        predicted = " and ".join(f"{steps:,}" for steps in expected)
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
    theory = "" if curve.expected is None else f", {curve.expected:,} predicted"
    name = f"{curve.name}: " if curve.name else ""
    return f"{name}{curve.status} after {curve.steps:,} steps{theory}, from {first} to {last}."


def _short(value: float) -> str:
    return f"{value:.2g}".replace("e-0", "e-").replace("e+0", "e")

"""Ranges and ticks that follow what is drawn, and where on the plot a value lies."""

import math
from base64 import b64decode
from typing import Any

import numpy as np
import plotly.graph_objects as go

from gdinverse.figures.style import MOST_TICKS

# Width and height that a 390 px page leaves between the margins; the second below a color bar.
PLOT, MAP = (290.0, 236.0), (290.0, 186.0)


def size(fig: go.Figure) -> tuple[float, float]:
    """Width and height of the plot on a 390 px page, the narrowest."""
    return MAP if any(trace.type == "heatmap" for trace in fig.data) else PLOT


def axes(fig: go.Figure) -> tuple[Any, Any]:
    """Return both axes."""
    return fig.layout.xaxis, fig.layout.yaxis


def is_log(axis: Any) -> bool:
    """Whether an axis is logarithmic."""
    return bool(axis.type == "log")


def coordinates(axis: Any, values: Any) -> Any:
    """Return values as annotations and ranges want them: their exponents on a log axis."""
    return np.log10(values) if is_log(axis) else np.asarray(values, float)


def shares(fig: go.Figure, x: Any, y: Any) -> np.ndarray:
    """Where points lie, from 0 to 1 between the ends of each axis, shape (points, 2)."""
    ends = zip(axes(fig), (x, y), strict=True)
    return np.stack([share(axis, coordinates(axis, values)) for axis, values in ends], axis=-1)


def share(axis: Any, at: Any) -> Any:
    """Where a coordinate lies between the ends of its axis, from 0 to 1."""
    low, high = axis.range
    return (np.asarray(at, float) - low) / (high - low)


def numbers(trace: Any, letter: str) -> np.ndarray:
    """What a trace draws along one axis; without x, points are counted."""
    values = trace[letter]
    if values is None:
        return np.arange(len(numbers(trace, "y")), dtype=float)
    if isinstance(values, dict):  # as plotly packs an array into JSON
        return np.frombuffer(b64decode(values["bdata"]), values["dtype"]).astype(float)
    return np.asarray(values, float)


def points(fig: go.Figure, trace: Any) -> np.ndarray:
    """Return the shares of what a trace draws, shape (points, 2)."""
    return shares(fig, numbers(trace, "x"), numbers(trace, "y"))


def path(fig: go.Figure, trace: Any) -> np.ndarray:
    """Points of a line every 4 px on a phone, equally spaced along it, shape (points, 2)."""
    if trace.type != "scatter" or not len(trace.y):
        return np.empty((0, 2))
    corners = points(fig, trace) * size(fig)
    length = np.concatenate([[0], np.linalg.norm(np.diff(corners, axis=0), axis=1).cumsum()])
    every = np.linspace(0, length[-1], max(2, int(length[-1] / 4)))
    return np.stack([np.interp(every, length, column) for column in corners.T], axis=-1)


def fit(fig: go.Figure) -> None:
    """Set ranges and ticks to what is drawn, where the author gave no range."""
    for letter, axis in zip("xy", axes(fig), strict=True):
        if axis.autorange is not False:
            axis.range = _range(fig, axis, letter)
        if is_log(axis):  # at most five ticks, at whole powers of ten, or plotly's choice
            decades = axis.range[1] - axis.range[0]
            fitting = (step for step in (1, 2, 4, 5, 10) if decades / step < MOST_TICKS - 1)
            axis.dtick = None if decades < 1 else next(fitting, 20)


def _range(fig: go.Figure, axis: Any, letter: str) -> list[float]:
    """From the lowest to the highest drawn value; below and above curves a little more."""
    kinds = {trace.type for trace in fig.data}
    drawn = [value for trace in fig.data for value in numbers(trace, letter)]
    for shape in fig.layout.shapes:
        if shape[f"{letter}ref"] == letter:
            drawn += [shape[f"{letter}0"], shape[f"{letter}1"]]
    if "bar" in kinds:
        drawn += [0] if letter == "y" else [min(drawn) - 0.6, max(drawn) + 0.6]
    low, high = coordinates(axis, [min(drawn, default=1), max(drawn, default=2)]).tolist()
    if low == high:
        return [low - 1, high + 1]
    pad = 0.04 * (high - low) if letter == "y" and "heatmap" not in kinds else 0
    return [low if "bar" in kinds else low - pad, high + pad]


def ticks(axis: Any) -> list[tuple[float, str]]:
    """Return share and words of each tick, those that plotly draws from the same axis."""
    low, high = axis.range
    if axis.tickvals is not None:
        at = coordinates(axis, axis.tickvals)
        names = [str(name) for name in axis.ticktext or map(number, axis.tickvals)]
    elif is_log(axis) and (axis.dtick or high - low >= 1):
        at = _multiples(low, high, axis.dtick or math.ceil((high - low) / MOST_TICKS))
        names = [{0: "1", 1: "10"}.get(p, f"10<sup>{number(p)}</sup>") for p in at]
    elif is_log(axis):
        values = _multiples(10**low, 10**high, _round((10**high - 10**low) / MOST_TICKS / 1.5))
        at, names = np.log10(values), [number(v) for v in values]
    else:
        at = _multiples(low, high, axis.dtick or _round((high - low) / MOST_TICKS))
        names = [number(v) for v in at]
    return [(float(share(axis, a)), name) for a, name in zip(at, names, strict=True)]


def number(value: float) -> str:
    """Write a number as ticks do: groups of thousands, no trailing zeros, a true minus."""
    return f"{value + 0:,.6g}".replace("-", "−")


def _multiples(low: float, high: float, step: float) -> np.ndarray:
    """All multiples of a step from low to high, but for rounding."""
    return np.arange(math.ceil(low / step - 1e-6), math.floor(high / step + 1e-6) + 1) * step


def _round(step: float) -> float:
    """The next 2, 5 or 10 times a power of ten, as plotly takes it: a 2 becomes a 5."""
    base = 10.0 ** math.floor(math.log10(step))
    return next((nice * base for nice in (2, 5) if nice * base > step), 10 * base)

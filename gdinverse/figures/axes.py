"""Ranges and ticks that follow what is drawn, and the pixels that follow from them."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

PLOT = (290.0, 236.0)
"""Width and height that a 390 px page leaves between the margins: the narrowest figure."""
MAP = (290.0, 186.0)
"""The same below the color bar of a map."""


def size(fig: go.Figure) -> tuple[float, float]:
    """Width and height of the plot on a 390 px page."""
    return MAP if any(trace.type == "heatmap" for trace in fig.data) else PLOT


def fit(fig: go.Figure) -> None:
    """Set ranges and ticks to what is drawn, where the author gave no range."""
    for letter, axis in zip("xy", axes(fig), strict=True):
        if axis.autorange is not False:
            axis.range = _range(fig, axis, letter)
        if axis.type == "log":
            axis.dtick = _decades_between_ticks(axis.range[1] - axis.range[0])


def axes(fig: go.Figure) -> tuple[Any, Any]:
    """Return both axes."""
    return fig.layout.xaxis, fig.layout.yaxis


def coordinate(axis: Any, value: float) -> float:
    """Return the value as annotations want it: its exponent on a log axis."""
    return float(np.log10(value)) if axis.type == "log" else value


def pixels(fig: go.Figure, x: Any, y: Any) -> np.ndarray:
    """Pixels of the points (x, y) from the lower left corner of the plot, shape (points, 2)."""
    columns = []
    for axis, values, length in zip(axes(fig), (x, y), size(fig), strict=True):
        low, high = axis.range
        values = np.log10(values) if axis.type == "log" else np.asarray(values, float)
        columns.append((values - low) / (high - low) * length)
    return np.stack(columns, axis=-1)


def path(fig: go.Figure, trace: Any) -> np.ndarray:
    """Points of a line every 4 px, equally spaced along it, shape (points, 2)."""
    if trace.type != "scatter" or not trace.x:
        return np.empty((0, 2))
    corners = pixels(fig, trace.x, trace.y)
    length = np.concatenate([[0], np.linalg.norm(np.diff(corners, axis=0), axis=1).cumsum()])
    every = np.linspace(0, length[-1], max(2, int(length[-1] / 4)))
    return np.stack([np.interp(every, length, column) for column in corners.T], axis=-1)


def _range(fig: go.Figure, axis: Any, letter: str) -> list[float]:
    """From the lowest to the highest drawn value; below and above curves a little more."""
    kinds = {trace.type for trace in fig.data}
    drawn = [value for trace in fig.data for value in trace[letter]]
    for shape in fig.layout.shapes:
        if shape[f"{letter}ref"] == letter:
            drawn += [shape[f"{letter}0"], shape[f"{letter}1"]]
    if "bar" in kinds:
        drawn += [0] if letter == "y" else [min(drawn) - 0.6, max(drawn) + 0.6]
    low, high = (coordinate(axis, end) for end in (min(drawn, default=1), max(drawn, default=2)))
    if low == high:
        return [low - 1, high + 1]
    pad = 0.04 * (high - low) if letter == "y" and "heatmap" not in kinds else 0
    return [low if "bar" in kinds else low - pad, high + pad]


def _decades_between_ticks(decades: float) -> float | None:
    """At most five ticks, at whole powers of ten; plotly's own choice below one decade."""
    if decades < 1:
        return None
    return next((step for step in (1, 2, 4, 5, 10) if decades / step < 5), 20)

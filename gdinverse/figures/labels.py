"""Labels beside their lines, where nothing is in the way on a phone.

Everything is measured in the pixels of a figure at 390 px, the narrowest page. A label that is
free there is free on any wider page, because its text only gets smaller against the data.
"""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import plotly.graph_objects as go

from gdinverse.figures.axes import axes, fit, path, pixels, size

if TYPE_CHECKING:
    from collections.abc import Iterator

LINE_HEIGHT = 19.0
CHARACTER = 6.3  # px at 14 px, a little more than the mean of Source Sans
GAP = 4.0  # px between a point and its label
ALONG = (0.45, 0.6, 0.3, 0.75, 0.5, 0.9, 0.4, 1.0, 0.15, 0.7, 0.05)  # shares of a line's length
CORNERS = tuple(product(("bottom", "top"), ("left", "right")))  # right above comes first

Box = tuple[float, float, float, float]


class Label(NamedTuple):
    """A text at a point in pixels, which its anchored corner keeps GAP away from."""

    text: str
    role: str
    x: float
    y: float
    xanchor: str
    yanchor: str

    def box(self) -> Box:
        """Left, low, right and high end of the text."""
        rows = re.sub(r"<(?!br)[^>]*>", "", self.text).split("<br>")
        width, height = CHARACTER * max(map(len, rows)), LINE_HEIGHT * len(rows)
        left = self.x + {"left": GAP, "center": -width / 2, "right": -GAP - width}[self.xanchor]
        low = self.y + {"bottom": GAP, "top": -GAP - height}[self.yanchor]
        return left, low, left + width, low + height


def annotation(text: str, role: str, x: float, y: float, xanchor: str, yanchor: str) -> Any:
    """Return the label as plotly wants it; x and y are exponents on log axes."""
    return go.layout.Annotation(
        text=text,
        name=role,
        x=x,
        y=y,
        xref="x",
        yref="y",
        showarrow=False,
        xanchor=xanchor,
        yanchor=yanchor,
        xshift={"left": GAP, "center": 0, "right": -GAP}[xanchor],
        yshift={"bottom": GAP, "top": -GAP}[yanchor],
    )


def settle(fig: go.Figure) -> go.Figure:
    """Fit the axes to what is drawn, then place the label of every trace and band anew."""
    fit(fig)
    traces = [trace for trace in fig.data if trace.meta and trace.name]
    traces.sort(key=lambda trace: trace.mode == "lines")  # dots first: they have less choice
    bands = [shape for shape in fig.layout.shapes if shape.name]
    movable = {(trace.name, trace.meta["role"]) for trace in traces}
    movable |= {(shape.name, "floor") for shape in bands}
    kept = [a for a in fig.layout.annotations if (a.text, a.name) not in movable]
    covered = np.concatenate([np.empty((0, 2)), *(path(fig, trace) for trace in fig.data)])
    boxes = [_placed(fig, a).box() for a in kept]
    places = [_beside(fig, trace) for trace in traces] + [_within(fig, shape) for shape in bands]
    for choices in places:
        ranked = {_cost(fig, c, covered, boxes) + rank: c for rank, c in enumerate(choices)}
        best = ranked[min(ranked)]
        boxes.append(best.box())
        kept.append(_annotation(fig, best))
    fig.layout.annotations = kept
    return fig


def _beside(fig: go.Figure, trace: Any) -> Iterator[Label]:
    """Places along a line, at `at` if the author knows better, or at the corners of a dot."""
    points = path(fig, trace)
    at, wanted = trace.meta.get("at"), trace.meta.get("anchor")
    if at is None:
        spots = [points[round(share * (len(points) - 1))] for share in ALONG]
    else:
        x = pixels(fig, [at], trace.y[:1])[0, 0]
        spots = [points[np.abs(points[:, 0] - x).argmin()]]
    if trace.mode == "markers":  # further away too, for a line may run through the dot
        spots = [points[0] + (0, away) for away in (0, LINE_HEIGHT, -LINE_HEIGHT)]
    corners = [corner for corner in CORNERS if not wanted or wanted in corner]
    for (yanchor, xanchor), (x, y) in product(corners, spots):
        yield Label(trace.name, trace.meta["role"], x, y, xanchor, yanchor)


def _within(fig: go.Figure, band: Any) -> Iterator[Label]:
    """Places at an end of a band and along it: inside if it is high enough, above, below."""
    ends = [[10**v if a.type == "log" else v for v in a.range] for a in axes(fig)]
    xs = [band.x0, band.x1] if band.xref == "x" else ends[0]
    ys = [band.y0, band.y1] if band.yref == "y" else ends[1]
    (left, low), (right, high) = np.clip(pixels(fig, xs, ys), 0, size(fig))
    levels = [(high - GAP / 2, "bottom"), (low + GAP / 2, "top")]
    if high - low > LINE_HEIGHT + GAP:
        levels.insert(0, (high - GAP / 2, "top"))
    spots = [(right, "right"), (left, "left"), (left + 0.65 * (right - left), "center")]
    for (y, yanchor), (x, xanchor) in product(levels, spots):
        yield Label(band.name, "floor", x, y, xanchor, yanchor)


def _cost(fig: go.Figure, label: Label, covered: np.ndarray, boxes: list[Box]) -> float:
    """Count what a place covers: points of lines, other labels, and what is outside the plot."""
    left, low, right, high = label.box()
    width, height = size(fig)
    top = height + (0 if label.role in ("onlight", "ondark") else LINE_HEIGHT)
    hits = ((covered > (left - 2, low - 2)) & (covered < (right + 2, high + 2))).all(axis=1).sum()
    overlaps = sum(left < r and lo < right and low < h and b < high for lo, b, r, h in boxes)
    outside = max(0, -left) + max(0, -low) + max(0, right - width) + max(0, high - top)
    return float(100 * hits + 1000 * overlaps + 100 * outside)


def _placed(fig: go.Figure, a: Any) -> Label:
    """Return the label of an annotation that stays where it is; the y axis's name is above it."""
    if a.yref == "paper":
        return Label(a.text, a.name, 0, size(fig)[1], "left", "bottom")
    ends = [axis.range for axis in axes(fig)]
    x, y = (
        (at - low) / (high - low) * length
        for at, (low, high), length in zip((a.x, a.y), ends, size(fig), strict=True)
    )
    return Label(a.text, a.name, x, y, a.xanchor, a.yanchor)


def _annotation(fig: go.Figure, label: Label) -> Any:
    """Return the annotation of a label, at the same place on a figure of any size."""
    ends = [axis.range for axis in axes(fig)]
    x, y = (
        float(low + pixel / length * (high - low))
        for pixel, (low, high), length in zip((label.x, label.y), ends, size(fig), strict=True)
    )
    return annotation(label.text, label.role, x, y, label.xanchor, label.yanchor)

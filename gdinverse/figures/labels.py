"""Labels beside their lines, where nothing is in the way on a phone.

Everything is measured in the pixels of a figure at 390 px, the narrowest page. A label that is
free there is free on any wider page, because its text only gets smaller against the data.
"""

import re
from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go

from gdinverse.figures.plane import axes, coordinates, fit, path, share, size

LINE_HEIGHT = 19.0
CHARACTER = 6.3  # px at 14 px, a little more than the mean of Source Sans
GAP = 4.0  # px between a point and its label
ALONG = (0.45, 0.6, 0.3, 0.75, 0.5, 0.9, 0.4, 1.0, 0.15, 0.7, 0.05)  # shares of a line's length
CORNERS = tuple(product(("bottom", "top"), ("left", "right")))  # right above comes first


class Label(NamedTuple):
    """A text at a point in pixels, which its anchored corner keeps GAP away from."""

    text: str
    role: str
    at: Any
    xanchor: str
    yanchor: str

    def box(self) -> np.ndarray:
        """Lower left and upper right corner of the text, shape (2, 2)."""
        rows = re.sub(r"<(?!br)[^>]*>", "", self.text).split("<br>")
        extent = np.array([CHARACTER * max(map(len, rows)), LINE_HEIGHT * len(rows)])
        low = self.at + np.array(shift(self)) - extent * [START[self.xanchor], START[self.yanchor]]
        return np.stack([low, low + extent])


START = {"left": 0, "bottom": 0, "center": 0.5, "right": 1, "top": 1}


def shift(label: Any) -> list[float]:
    """How far the anchored corner of a label or an annotation is from its point, in pixels."""
    return [GAP * (1 - 2 * START[end]) for end in ends(label)]


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
    boxes = [Label(a.text, a.name, where(fig, a) * size(fig), *ends(a)).box() for a in kept]
    for choices in [*(_beside(fig, t) for t in traces), *(_within(fig, b) for b in bands)]:
        costs = {_cost(fig, label, covered, boxes) + i: label for i, label in enumerate(choices)}
        best = costs[min(costs)]
        boxes.append(best.box())
        kept.append(_annotation(fig, best))
    fig.layout.annotations = kept
    return fig


def _beside(fig: go.Figure, trace: Any) -> Iterator[Label]:
    """Places along a line, at `at` if the author knows better, or at the corners of a dot."""
    along = path(fig, trace)
    at, wanted = trace.meta.get("at"), trace.meta.get("anchor") or ""
    if trace.mode == "markers":  # further away too, for a line may run through the dot
        spots = [along[0] + (0, away) for away in (0, LINE_HEIGHT, -LINE_HEIGHT)]
    elif at is None:
        spots = [along[round(part * (len(along) - 1))] for part in ALONG]
    else:
        x = share(fig.layout.xaxis, coordinates(fig.layout.xaxis, at)) * size(fig)[0]
        spots = [along[np.abs(along[:, 0] - x).argmin()]]
    for (yanchor, xanchor), spot in product(CORNERS, spots):
        if wanted in xanchor:
            yield Label(trace.name, trace.meta["role"], spot, xanchor, yanchor)


def _within(fig: go.Figure, band: Any) -> Iterator[Label]:
    """Places at an end of a band and along it: inside if it is high enough, above, below."""
    (left, right), (low, high) = extent(fig, band) * np.array(size(fig))[:, None]
    levels = [(high - GAP / 2, "bottom"), (low + GAP / 2, "top")]
    if high - low > LINE_HEIGHT + GAP:
        levels.insert(0, (high - GAP / 2, "top"))
    spots = [(right, "right"), (left, "left"), (left + 0.65 * (right - left), "center")]
    for (y, yanchor), (x, xanchor) in product(levels, spots):
        yield Label(band.name, "floor", (x, y), xanchor, yanchor)


def extent(fig: go.Figure, band: Any) -> np.ndarray:
    """Ends of a band in shares of the plot, shape (2 axes, 2 ends)."""
    ends = [(0.0, 1.0), (0.0, 1.0)]
    i = "xy".index(letter := "x" if band.xref == "x" else "y")
    values = coordinates(axes(fig)[i], [band[f"{letter}0"], band[f"{letter}1"]])
    ends[i] = np.clip(share(axes(fig)[i], values), 0, 1)
    return np.array(ends)


def _cost(fig: go.Figure, label: Label, covered: np.ndarray, boxes: list[np.ndarray]) -> float:
    """Count what a place covers: points of lines, other labels, and what is outside the plot."""
    low, high = label.box()
    top = np.array([0, 0 if label.role in ("onlight", "ondark") else LINE_HEIGHT])
    hits = ((covered > low - 2) & (covered < high + 2)).all(axis=1).sum()
    overlaps = sum(((low < b) & (a < high)).all() for a, b in boxes)
    outside = np.maximum(0, -low).sum() + np.maximum(0, high - size(fig) - top).sum()
    return float(100 * hits + 1000 * overlaps + 100 * outside)


def ends(a: Any) -> tuple[str, str]:
    """Which ends of an annotation are anchored; the template decides where it does not say."""
    return a.xanchor or "left", a.yanchor or "bottom"


def where(fig: go.Figure, a: Any) -> np.ndarray:
    """Share of each axis at which an annotation is anchored."""
    ends = zip(axes(fig), (a.x, a.y), (a.xref, a.yref), strict=True)
    return np.array([float(v if ref == "paper" else share(axis, v)) for axis, v, ref in ends])


def _annotation(fig: go.Figure, label: Label) -> Any:
    """Return the annotation of a label, at the same place on a figure of any size."""
    ends = np.array([axis.range for axis in axes(fig)], float)
    x, y = (ends[:, 0] + np.array(label.at) / size(fig) * (ends[:, 1] - ends[:, 0])).tolist()
    return annotation(label.text, label.role, x, y, label.xanchor, label.yanchor)


def annotation(text: str, role: str, x: float, y: float, xanchor: str, yanchor: str) -> Any:
    """Return words as plotly wants them; x and y are exponents on log axes."""
    anchors = {"xanchor": xanchor, "yanchor": yanchor, "xref": "x", "yref": "y"}
    label = go.layout.Annotation(text=text, name=role, x=x, y=y, showarrow=False, **anchors)
    label.xshift, label.yshift = shift(label)
    return label

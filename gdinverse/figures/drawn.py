"""Traces as parts of a drawing: curves and cells stretch with the plot, dots keep their size."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import plotly.graph_objects as go

from gdinverse.figures.plane import numbers, points, shares
from gdinverse.figures.style import ROLES
from gdinverse.figures.thin import corners
from gdinverse.figures.words import percent, rect, text, within

UNITS = 4000  # of the grid that is stretched over the plot: a fifth of a pixel on a wide page
FAR = 250  # plots: where a line that leaves the plot may end
BAR_GAP, COLOR_BAR = 0.15, 0.55
SHADES = 49  # odd, so that the middle of a scale is one of them


def traces(fig: go.Figure) -> Iterator[str]:
    """Draw every trace.

    Raises
    ------
    ValueError
        For a kind of trace that the vocabulary has no word for.
    """
    kinds = {"scatter": _scatter, "bar": _bar, "heatmap": _heatmap}
    for index, trace in enumerate(fig.data):
        if trace.type not in kinds:
            raise ValueError(f"a drawing has no {trace.type!r}: take one of {', '.join(kinds)}")
        yield from kinds[trace.type](fig, trace, ROLES[f"c{index % 5 + 1}"].color)


def _grid(inside: str, width: int, height: int, more: str = "") -> str:
    """A grid of its own units, stretched over the plot."""
    box = f'viewBox="0 0 {width} {height}" preserveAspectRatio="none" width="100%" height="100%"'
    return f"<svg {box}{more}>{inside}</svg>"


def _scatter(fig: go.Figure, trace: Any, color: str) -> Iterator[str]:
    """A line, clipped to the plot; and dots, which are not: lines of no length with round ends."""
    at = points(fig, trace)
    at = np.clip(at[np.isfinite(at).all(axis=1)] * (1, -1) + (0, 1), -FAR, FAR) * UNITS
    line, marker = trace.line, trace.marker
    if trace.mode != "markers":
        dash = (line.dash or "").replace("px", "").replace(",", " ")
        yield _grid(_stroke(_path(at), line.color or color, line.width or 2, dash), UNITS, UNITS)
    if "markers" in (trace.mode or ""):
        ring, size = marker.line.width or 0, marker.size or 6
        d = "".join(f"M{x} {y}h0" for x, y in at.round().astype(int))
        strokes = _stroke(d, marker.line.color, size + ring) if ring else ""
        strokes += _stroke(d, marker.color or color, size - ring)
        yield _grid(strokes, UNITS, UNITS, ' overflow="visible" stroke-linecap="round"')


def _stroke(d: str, color: str, width: float, dash: str = "") -> str:
    dashes = f' stroke-dasharray="{dash}"' if dash[:1].isdigit() else ""
    look = f'fill="none" stroke="{color}" stroke-width="{width}"{dashes} stroke-linejoin="round"'
    return f'<path {look} vector-effect="non-scaling-stroke" d="{d}"/>'


def _path(at: np.ndarray) -> str:
    """The corners of a line, each by its distance from the last."""
    whole = corners(at).round().astype(int)
    steps = " ".join(f"{x} {y}" for x, y in np.diff(whole, axis=0))
    return f"M{whole[0, 0]} {whole[0, 1]}l{steps}".replace(" -", "-") if len(whole) else ""


def _bar(fig: go.Figure, trace: Any, color: str) -> Iterator[str]:
    """The bars of one group, each beside those of the others."""
    groups = [other for other in fig.data if other.type == "bar"]
    width = (1 - BAR_GAP) / len(groups)
    starts = numbers(trace, "x") + BAR_GAP / 2 - 0.5 + width * groups.index(trace)
    low, high = (shares(fig, starts, 0 * starts), shares(fig, starts + width, numbers(trace, "y")))
    corners = np.sort(np.stack([low, high], -1), -1)  # a bar may hang below zero
    for ends, words in zip(corners, trace.text or [""] * len(low), strict=True):
        yield rect(ends, trace.marker.color or color)
        yield text(words, (ends[0].mean(), ends[1, 1]), 0, -0.4, "middle", "text", 12)


def _heatmap(fig: go.Figure, trace: Any, _: str) -> Iterator[str]:
    """Equal cells around the middles that x and y name, clipped to the plot; and the color bar."""
    scale, values = fig.layout.coloraxis, np.array(trace.z, float)[::-1]
    low = np.nanmin(values) if scale.cmin is None else scale.cmin
    high = np.nanmax(values) if scale.cmax is None else scale.cmax
    ends = shares(fig, *(_edges(middles) for middles in (trace.x, trace.y))).T
    cells = _cells((values - low) / (high - low), scale.colorscale, 0.08 if trace.xgap else 0)
    yield f'<svg width="100%" height="100%"><svg {within(ends)}>{cells}</svg></svg>'
    if scale.colorbar.tickvals:
        left = 1 - COLOR_BAR
        bar = _cells(np.linspace(0, 1, SHADES)[None], scale.colorscale)
        box = f'x="{percent(left)}" y="-30" width="{percent(COLOR_BAR)}" height="8"'
        yield f"<svg {box}>{bar}</svg>"
        for at, name in zip(scale.colorbar.tickvals, scale.colorbar.ticktext, strict=True):
            part = (at - low) / (high - low)  # there is no room beyond the bar's end
            x, anchor = (1, "end") if part > 0.8 else (left + COLOR_BAR * part, "middle")
            yield text(name, (x, 1), 0, -0.45, anchor)


def _edges(middles: Any) -> tuple[float, float]:
    half = (middles[-1] - middles[0]) / (len(middles) - 1) / 2
    return middles[0] - half, middles[-1] + half


def _cells(values: np.ndarray, scale: Any, gap: float = 0) -> str:
    """Draw a table of numbers from 0 to 1: one path a shade, and without gaps one part a run."""
    stops, colors = zip(*scale, strict=True)
    channels = np.array([tuple(bytes.fromhex(f"{color[1:]}ff"[:8])) for color in colors]).T
    shades = np.where(np.isnan(values), -1, np.nan_to_num(values) * (SHADES - 1)).round()
    paths = ""
    for shade in np.unique(shades[shades >= 0]):
        runs = np.diff((shades == shade).astype(int), axis=1, prepend=0, append=0)
        starts, ends = np.argwhere(runs == 1), np.argwhere(runs == -1)[:, 1]
        if gap:
            starts, ends = (cells := np.argwhere(shades == shade)), cells[:, 1] + 1
        parts = zip(*starts.T, ends - starts[:, 1] - gap, strict=True)
        d = "".join(f"M{x} {y}h{width}v{1 - gap}h-{width}" for y, x, width in parts)
        color = [round(np.interp(shade / (SHADES - 1), stops, channel)) for channel in channels]
        paths += f'<path fill="#{bytes(color).hex().removesuffix("ff")}" d="{d}"/>'
    rows, columns = values.shape
    return _grid(paths, columns, rows, "" if gap else ' shape-rendering="crispEdges"')

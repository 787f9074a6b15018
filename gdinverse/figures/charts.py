"""Bars and maps, for what is no curve. Each function returns the figure."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from gdinverse.figures.labels import settle
from gdinverse.figures.marks import label
from gdinverse.figures.plane import axes
from gdinverse.figures.style import ROLES, SEQUENTIAL, style_of
from gdinverse.figures.thin import Numbers, array, thin

Words = Sequence[str]
_BAR: dict[str, Any] = {
    "textposition": "outside",
    "textfont": {"size": 12},
    "constraintext": "none",
}
_BAR |= {"cliponaxis": False, "hovertemplate": "%{y:.3g}<extra></extra>"}
_MAP = {"coloraxis": "coloraxis", "hoverongaps": False}
_RIGHT_ABOVE = {"x": 1, "xanchor": "right", "y": 1, "yanchor": "bottom", "len": 0.55}
_COLOR_BAR = _RIGHT_ABOVE | {"orientation": "h", "thickness": 8, "xpad": 0, "ypad": 4}
_MINUS, _ZERO, _PLUS = (ROLES[role].color for role in ("predicted", "floor", "measured"))
_SIGNED = [[0, _MINUS], [0.49, _MINUS + "30"], [0.5, _ZERO + "30"]]
_SIGNED += [[0.51, _PLUS + "30"], [1, _PLUS]]
_COLOR_BAR |= {"outlinewidth": 0, "tickangle": 0, "tickfont": {"size": 13}}


def bars(
    fig: go.Figure, names: Words, heights: Numbers, role: str = "measured", texts: Words = ()
) -> go.Figure:
    """Draw one bar per name; call it again for a second group.

    Parameters
    ----------
    names : sequence of str
        What stands below the bars.
    heights : numbers of shape (names,)
        On a linear axis, from zero.
    role : str
        As for `line`.
    texts : sequence of str
        What stands above the bars; with two groups at most five characters fit on a phone.

    Examples
    --------
    >>> from gdinverse import figures
    >>> claim = "Mode 2 holds 80 % of the error"
    >>> fig = figures.figure(claim, x="mode", y="share", log_y=False)
    >>> fig = figures.bars(fig, ["1", "2"], [0.2, 0.8], texts=["20 %", "80 %"])
    >>> fig.data[0].text
    ('20 %', '80 %')
    """
    at, drawn = thin(range(len(names)), heights)
    color = {"color": style_of(role).color}
    fig.add_bar(x=at, y=drawn, text=list(texts), marker=color, **_BAR)
    fig.layout.xaxis.update(tickvals=at, ticktext=list(names))
    return settle(fig)


def heatmap(fig: go.Figure, x: Numbers, y: Numbers, steps: Any, unit: str = "steps") -> go.Figure:
    """Draw a map of step counts, bright where few are needed, empty where nothing converges.

    Parameters
    ----------
    x, y : numbers of shape (columns,) and (rows,)
        Where the columns and rows of `steps` lie.
    steps : numbers of shape (rows, columns)
        Colored by their logarithm; what is not finite or not positive stays empty.
    unit : str
        What is counted.

    Examples
    --------
    >>> from gdinverse import figures
    >>> fig = figures.figure("At best 10", x="lr", y="momentum", log_y=False)
    >>> steps = [[10, 100], [1000, float("inf")]]
    >>> fig = figures.heatmap(fig, [1, 2], [0, 0.9], steps)
    >>> fig.data[0].z
    ([1.0, 2.0], [3.0, None])
    >>> fig.layout.coloraxis.colorbar.ticktext
    ('10', '1,000 steps')
    """
    counts = np.asarray(steps, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log10(np.where(np.isfinite(counts) & (counts > 0), counts, np.nan))
    ticks = range(int(np.ceil(np.nanmin(logs))), int(np.nanmax(logs)) + 1)
    z = [[None if np.isnan(v) else round(v, 3) for v in row] for row in logs.tolist()]
    said = [[f"{v:,.0f} {unit}" for v in row] for row in counts.tolist()]
    hover = "%{x}, %{y}: %{customdata}<extra></extra>"
    fig.add_heatmap(x=list(x), y=list(y), z=z, customdata=said, hovertemplate=hover, **_MAP)
    ticks = ticks[:: -(-len(ticks) // 2)]  # at most two fit on a phone
    names = [f"{10**t:,}" for t in ticks]
    bar = {"tickvals": list(ticks), "ticktext": [*names[:-1], f"{names[-1]} {unit}"]}
    scale = [[i / 5, color] for i, color in enumerate(reversed(SEQUENTIAL))]
    fig.layout.coloraxis = {"colorscale": scale, "colorbar": bar | _COLOR_BAR}
    fig.update_layout(hovermode="closest", margin_t=64)
    return settle(fig)


def grids(fig: go.Figure, matrices: dict[str, Any]) -> go.Figure:
    """Draw matrices side by side, each as a grid of cells above its name.

    The stronger the color, the larger the entry, up to one; blue is positive, orange negative.

    Parameters
    ----------
    matrices : dict from str to numbers of shape (rows, columns)
        All with the same number of rows.

    Examples
    --------
    >>> from gdinverse import figures
    >>> fig = figures.figure("X M becomes I", x="", y="", log_y=False)
    >>> fig = figures.grids(fig, {"X M": [[0.5, -0.5], [0, 1]], "I": [[1, 0], [0, 1]]})
    >>> fig.data[0].z[1]
    [0.5, -0.5, None, 1.0, 0.0]
    """
    tables = [np.clip(array(matrix), -1, 1).tolist() for matrix in matrices.values()]
    rows = [[v for cells in row for v in (*cells, None)][:-1] for row in zip(*tables, strict=True)]
    width, height = len(rows[0]), len(rows)
    for axis, end in zip(axes(fig), (width, height), strict=True):
        axis.update(type="linear", visible=False, autorange=False, range=[-0.5, end - 0.5])
    at = {"x": list(range(width)), "y": list(range(height)), "xgap": 2, "ygap": 2}
    fig.add_heatmap(z=rows[::-1], hovertemplate="%{z:.3f}<extra></extra>", **at, **_MAP)
    fig.layout.coloraxis = {"colorscale": _SIGNED, "cmin": -1, "cmax": 1, "showscale": False}
    fig.update_layout(hovermode="closest", margin={"t": 4, "b": 22, "l": 4, "r": 4})
    fig.layout.meta = {**(fig.layout.meta or {}), "class": "gd-strip"}  # a page makes it low
    left = -0.5
    for name, table in zip(matrices, tables, strict=True):
        columns = len(table[0])
        label(fig, name, left + columns / 2, -0.5, "muted", anchor="center", above=False)
        left += columns + 1
    return fig

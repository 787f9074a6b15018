"""Dots, words and bands on a figure; the functions return the figure."""

import plotly.graph_objects as go

from gdinverse.figures.drawing import scatter
from gdinverse.figures.labels import annotation, settle
from gdinverse.figures.plane import axes, coordinates
from gdinverse.figures.style import INK, PAPER, ROLES, style_of
from gdinverse.figures.thin import Numbers


def dot(
    fig: go.Figure,
    x: float,
    y: float,
    role: str = "measured",
    text: str = "",
    *,
    anchor: str = "",
    text_role: str = "",
) -> go.Figure:
    """Mark one point: the end of a run, or the number that the title states.

    Parameters
    ----------
    x, y : float
        Where it is.
    role : str
        As for `line`; or "map", a dark disk with a light ring, visible on every color of a map.
    text : str
        What stands beside it, where nothing is in the way on a phone.
    anchor : str
        "left" or "right": the end of the text that must be at the point, if you know better.
    text_role : str
        The role of the text; on a map "onlight" or "ondark", for the color that it stands on.

    Examples
    --------
    >>> from gdinverse import figures
    >>> fig = figures.figure("Half each step", x="step", y="error")
    >>> fig = figures.dot(fig, 3, 0.125, text="3 steps")
    >>> fig.layout.annotations[1].text, fig.layout.annotations[1].name
    ('3 steps', 'measured')
    """
    ring = {"size": 11, "color": INK, "line": {"color": PAPER, "width": 2.5}}
    marker = ring if role == "map" else {"size": 9, "color": style_of(role).color}
    meta = {"role": text_role or ("onlight" if role == "map" else role), "anchor": anchor}
    quiet = {"hoverinfo": "skip", "hovertemplate": None, "cliponaxis": False}
    return scatter(fig, [x], [y], text, meta, mode="markers", marker=marker, **quiet)


def dots(
    fig: go.Figure, x: Numbers, y: Numbers, role: str = "measured", label: str = ""
) -> go.Figure:
    """Draw measured points that no line joins.

    Parameters
    ----------
    x, y : numbers of shape (points,)
        Where they are.
    role : str
        As for `line`.
    label : str
        Their name, which stands beside the first.

    Examples
    --------
    >>> from gdinverse import figures
    >>> fig = figures.figure("Half each step", x="step", y="error")
    >>> fig = figures.dots(fig, range(4), [1, 0.5, 0.25, 0.125], "c1", "stored")
    >>> fig.data[0].y
    (1.0, 0.5, 0.25, 0.125)
    """
    marker = {"size": 6, "color": style_of(role).color}
    return scatter(fig, x, y, label, {"role": role}, mode="markers", marker=marker)


def label(
    fig: go.Figure,
    text: str,
    x: float,
    y: float,
    role: str = "text",
    *,
    anchor: str = "left",
    above: bool = True,
) -> go.Figure:
    """Write words exactly where you want them.

    Parameters
    ----------
    text : str
        The words; `<br>` breaks them, `<sub>` and `<sup>` lower and raise them.
    x, y : float
        The point that they stand beside.
    role : str
        As for `line`; or "text", "muted", and on a map "onlight", "ondark".
    anchor : str
        "left", "center" or "right": which end of the words is at the point.
    above : bool
        Above the point, or below it.

    Examples
    --------
    >>> from gdinverse import figures
    >>> fig = figures.figure("Half each step", x="step", y="error")
    >>> fig = figures.label(fig, "here", 3, 0.125, "failure", anchor="right")
    >>> fig.layout.annotations[1].xanchor
    'right'
    """
    at_x, at_y = (float(coordinates(*end)) for end in zip(axes(fig), (x, y), strict=True))
    words = annotation(text, role, at_x, at_y, anchor, "bottom" if above else "top")
    return settle(fig.add_annotation(words))


def band(fig: go.Figure, low: float, high: float, label: str = "", *, axis: str = "y") -> go.Figure:
    """Shade what lies between two values: the floor of a dtype, or a window on the x axis.

    Parameters
    ----------
    low, high : float
        Its ends.
    label : str
        Its name, which stands at one of its ends.
    axis : str
        "y" or "x": whose values the ends are.

    Examples
    --------
    >>> from gdinverse import figures
    >>> fig = figures.figure("Rounding from 1e-12 on", x="step", y="loss")
    >>> fig = figures.band(fig, 1e-14, 1e-12, "float32 floor")
    >>> fig.layout.shapes[0].name
    'float32 floor'
    """
    add = fig.add_hrect if axis == "y" else fig.add_vrect
    look = {"fillcolor": ROLES["floor"].color, "opacity": 0.16, "line_width": 0, "layer": "below"}
    return settle(add(**{f"{axis}0": low, f"{axis}1": high}, name=label, **look))

"""A figure and its lines; the functions return the figure."""

from typing import Any

import plotly.graph_objects as go

from gdinverse.figures.labels import settle
from gdinverse.figures.plane import axes, coordinates, is_log
from gdinverse.figures.style import style_of, template
from gdinverse.figures.thin import Numbers, thin


def figure(
    claim: str,
    *,
    x: str,
    y: str,
    log_x: bool = False,
    log_y: bool = True,
    x_range: tuple[float, float] | None = None,
    y_range: tuple[float, float] | None = None,
    equal: bool = False,
    low: bool = False,
    caption: str = "",
    alt: str = "",
) -> go.Figure:
    """Make an empty figure with its claim, the names of its axes and its text alternative.

    Parameters
    ----------
    claim : str
        What the figure shows, as a sentence with a number; the title.
    x, y : str
        Names of the axes, with units where there are any.
    log_x, log_y : bool
        Whether the axis is logarithmic.
    x_range, y_range : tuple of float, optional
        Ends of the axis; by default the drawn values decide.
    equal : bool
        Whether a page makes the plot 1.4 times as wide as high, and no wider. A unit has the same
        length on both axes where the ranges are so, too: then a right angle is drawn as one.
    low : bool
        Whether a page makes the figure half as high: for one curve, beside its words.
    caption : str
        How the figure was made; stands below it.
    alt : str
        What the figure shows, in numbers, for whoever does not see it. Default: the claim.

    Examples
    --------
    >>> from gdinverse import figures
    >>> fig = figures.figure("865 steps, as predicted", x="step", y="relative error")
    >>> fig.layout.yaxis.type, fig.layout.xaxis.title.text
    ('log', 'step')
    """
    fig = go.Figure(layout={"template": template, "title": {"text": claim}})
    look = "gd-equal" if equal else "gd-low" if low else ""
    fig.layout.meta = {"alt": alt or claim, "caption": caption, "class": look}
    fig.layout.xaxis.title.text = x
    for axis, log, ends in zip(axes(fig), (log_x, log_y), (x_range, y_range), strict=True):
        if log:  # plotly draws the ticks of log axes a quarter larger: 10.4 becomes 13
            axis.update(type="log", tick0=0, exponentformat="power", tickfont={"size": 10.4})
        else:
            axis.tickformat = ",~g"
        if ends:
            axis.update(autorange=False, range=coordinates(axis, ends).tolist())
    at = {"x": 0, "y": 1, "xref": "paper", "yref": "paper", "yshift": 4}
    return fig.add_annotation(text=y, name="muted", font_size=13, **at)


def line(
    fig: go.Figure,
    x: Numbers,
    y: Numbers,
    role: str = "measured",
    label: str = "",
    at: float | None = None,
    *,
    wide: bool = False,
) -> go.Figure:
    """Draw a curve, and its name beside it.

    Parameters
    ----------
    x, y : numbers, a tensor or a range, of shape (points,)
        The curve; `thin` leaves the points that can be seen.
    role : str
        measured, predicted, limit, failure, floor, or c1 … c5.
    label : str
        The name of the curve. At most about 24 characters on flat lines, 10 between lines;
        `<br>` breaks it. Its place is found where nothing is in the way on a phone.
    at : float, optional
        The x beside which the label stands, if you know better.
    wide : bool
        4.5 px and solid, so that a prediction on top leaves it visible.

    Examples
    --------
    >>> from gdinverse import figures
    >>> fig = figures.figure("Half each step", x="step", y="error")
    >>> steps, errors = range(9), [0.5**k for k in range(9)]
    >>> fig = figures.line(fig, steps, errors, "c1", "halving", wide=True)
    >>> fig = figures.line(fig, steps, errors, "predicted", "dashed: predicted")
    >>> [(trace.line.width, trace.line.dash) for trace in fig.data]
    [(4.5, 'solid'), (1.75, '6px,4px')]
    """
    style = style_of(role)
    dash, width = ("solid", 4.5) if wide else (style.dash, style.width)
    stroke = {"color": style.color, "dash": dash, "width": width}
    return scatter(fig, x, y, label, {"role": role, "at": at}, mode="lines", line=stroke)


def scatter(
    fig: go.Figure, x: Numbers, y: Numbers, name: str, meta: dict[str, Any], **drawn: Any
) -> go.Figure:
    """Draw points or the line through them; find the place of its name, and of all others anew."""
    xs, ys = thin(x, y, log_x=is_log(fig.layout.xaxis), log_y=is_log(fig.layout.yaxis))
    drawn = {"hovertemplate": "%{y:.2e}"} | drawn
    return settle(fig.add_scatter(x=xs, y=ys, name=name, meta=meta, **drawn))

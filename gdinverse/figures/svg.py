"""A figure as a drawing that needs no script: the same data, ticks and labels as plotly's.

One drawing fills a phone as well as a wide page, and stands where plotly's stands: curves are
stretched, words and dots are placed by percentages. Colors are the page's `--gd-*`, which turn dark
with it; behind each is the one for light paper.
"""

from collections.abc import Iterator
from html import escape
from typing import Any

import plotly.graph_objects as go

from gdinverse.figures.drawn import traces
from gdinverse.figures.labels import extent, where
from gdinverse.figures.plane import axes, fit, ticks
from gdinverse.figures.style import MARGIN, token
from gdinverse.figures.words import LINE, percent, rect, text

RULE, EDGE = token("rule"), token("edge")
FONT = 'font-family="var(--gd-sans,\'Source Sans 3\',system-ui,sans-serif)" font-size="14"'
ANCHORS = {"left": "start", "center": "middle", "right": "end"}


def svg(figure: go.Figure | dict[str, Any], *, width: int = 0, height: int = 390) -> str:
    """Draw a figure as SVG.

    Parameters
    ----------
    figure : plotly Figure, or what its `to_dict` returns
        Of lines, dots, bars, maps, bands and words.
    width, height : int
        Size in pixels, for a drawing that stands alone and says what it shows. By default one for
        a page: it fills the box that it lies in, whose `aria-label` is the text alternative.

    Raises
    ------
    ValueError
        For a kind of trace that is none of these.

    Examples
    --------
    >>> from gdinverse import figures
    >>> fig = figures.figure("Half each step", x="step", y="error", alt="1, then 0.5")
    >>> fig = figures.line(fig, [0, 1], [1.0, 0.5])
    >>> drawing = figures.svg(fig, width=350, height=310)
    >>> "<desc>1, then 0.5</desc>" in drawing, "<script" in drawing
    (True, False)
    """
    fig = go.Figure(figure)
    if any(axis.range is None for axis in axes(fig)):
        fit(fig)
    plot = "".join([*_ground(fig), *traces(fig), *_beside(fig), *_names(fig)])
    margin = MARGIN | fig.layout.margin.to_plotly_json()
    left, right, top, bottom = (margin[side] for side in "lrtb")
    if not width:
        # Plotly's name for it; the margins are its padding, so that it is as wide as its box.
        place = f'class="main-svg" style="padding:{top}px {right}px {bottom}px {left}px"'
        return f'<svg {place} overflow="visible" aria-hidden="true">{plot}</svg>'
    claim = escape(fig.layout.title.text or "")
    alt = escape((fig.layout.meta or {}).get("alt") or "") or claim
    size = f'width="{width - left - right}" height="{height - top - bottom}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" {FONT} '
        f'role="img" aria-label="{alt}"><title>{claim}</title><desc>{alt}</desc>'
        f'<svg x="{left}" y="{top}" {size} overflow="visible">{plot}</svg></svg>'
    )


def _ground(fig: go.Figure) -> Iterator[str]:
    """Bands, and a line for each tick of the y axis."""
    for band in fig.layout.shapes:
        yield rect(extent(fig, band), band.fillcolor, band.opacity)
    if fig.layout.yaxis.visible is not False:
        for at, _ in ticks(fig.layout.yaxis):
            yield f'<rect y="{percent(1 - at)}" width="100%" height="1" fill="{RULE}"/>'


def _beside(fig: go.Figure) -> Iterator[str]:
    """Numbers along both axes, and the line and the name of the x axis."""
    x, y = axes(fig)
    if y.visible is not False:
        for at, name in ticks(y):
            yield text(name, (0, at), -0.4, 0.33, "end")
    if x.visible is not False:
        yield f'<rect y="100%" width="100%" height="1" fill="{EDGE}"/>'
        for at, name in ticks(x):
            yield f'<rect x="{percent(at)}" y="100%" width="1" height="5" fill="{EDGE}"/>'
            yield text(name, (at, 0), 0, 1.5, "middle")
        yield text(x.title.text or "", (0.5, 0), 0, 2.8, "middle", size=14)


def _names(fig: go.Figure) -> Iterator[str]:
    """All annotations, where plotly writes them."""
    for a in fig.layout.annotations:
        size, anchor = a.font.size or 14, ANCHORS[a.xanchor or "left"]
        first = 1.05 if a.yanchor == "top" else -0.48 - LINE * a.text.count("<br>")
        away = (a.xshift or 0) / size, first - (a.yshift or 0) / size
        yield text(a.text, where(fig, a), *away, anchor, a.name or "text", size)

"""Colors, widths and dashes by role, and the plotly template that holds everything else.

The colors equal the `--gd-*` tokens of the site's stylesheet; a test holds the two together. Each
is visible (3 : 1) on the light and on the dark page. No color that is can also carry small text
on both, so the template leaves the color of all text and axes to the page.
"""

from __future__ import annotations

from typing import NamedTuple

import plotly.graph_objects as go
import plotly.io as pio


class Role(NamedTuple):
    """How the line of one role is drawn; the dash is the second channel beside the color."""

    color: str
    dash: str = "solid"
    width: float = 2


ROLES = {
    "measured": Role("#1f6fd0", width=2.25),
    "predicted": Role("#d07734", "6px,4px", 1.75),
    "limit": Role("#3aa179", "10px,3px,2px,3px"),
    "failure": Role("#c92447", width=2.25),
    "floor": Role("#7d848c", "1px,4px"),
    "c1": Role("#1f6fd0"),
    "c2": Role("#935b1b", "9px,3px"),
    "c3": Role("#3aa179"),
    "c4": Role("#c4049e", "9px,3px,2px,3px"),
    "c5": Role("#a08f1d", "4px,3px"),
}
"""Color, dash and width of each role; c1 … c5 are series that have none."""


def style_of(role: str) -> Role:
    """Return color, dash and width of a role.

    Raises
    ------
    ValueError
        For a role that is not in ROLES.
    """
    if role not in ROLES:
        raise ValueError(f"role {role!r} is unknown: take one of {', '.join(ROLES)}")
    return ROLES[role]


SEQUENTIAL = ("#1b2a4e", "#2a4a7f", "#3f7391", "#6f9c8f", "#b5c187", "#f4e7a1")
"""Dark to bright in equal steps of lightness; on a map of steps, bright is fast."""

INK, PAPER = "#14171b", "#fcfcfa"
"""Disk and ring of a point on a map: one of the two is visible on any color below."""

MARGIN = {"l": 48, "r": 20, "t": 26, "b": 44}

_CLEAR = "rgba(0,0,0,0)"
_TITLE = {"standoff": 8, "font": {"size": 14}}
_AXIS = {"fixedrange": True, "zeroline": False, "automargin": False, "tickfont": {"size": 13}}

template = go.layout.Template(
    layout={
        # quotes: a family name that ends in a digit is invalid without them
        "font": {"family": '"Source Sans 3", system-ui, sans-serif', "size": 14},
        "paper_bgcolor": _CLEAR,
        "plot_bgcolor": _CLEAR,
        "colorway": [ROLES[f"c{i}"].color for i in range(1, 6)],
        "colorscale": {"sequential": [[i / 5, c] for i, c in enumerate(SEQUENTIAL)]},
        "margin": MARGIN,
        "showlegend": False,
        "hovermode": "x unified",
        "dragmode": False,  # a finger on a phone must scroll the page
        "bargap": 0.15,
        "title": {"font": {"size": 16}, "x": 0, "xanchor": "left"},
        "xaxis": _AXIS
        | {"showgrid": False, "showline": True, "ticks": "outside", "ticklen": 4, "title": _TITLE},
        "yaxis": _AXIS | {"showgrid": True, "gridwidth": 1, "ticks": ""},
        "annotationdefaults": {
            "showarrow": False,
            "font": {"size": 14},
            "xanchor": "left",
            "yanchor": "bottom",
        },
    }
)
"""Everything of a figure but its colors of text and axes; registered as "gdinverse"."""

pio.templates["gdinverse"] = template

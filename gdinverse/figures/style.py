"""Colors, widths and dashes by role, and the plotly template that holds everything else.

The colors equal the `--gd-*` tokens of the site's stylesheet; a test holds the two together. The
color of a line is visible (3 : 1) on the light and on the dark page. No color that is can also
carry small text on both, so words have a color of their own, which the page replaces when dark.
"""

from typing import Any, NamedTuple

import plotly.graph_objects as go
import plotly.io as pio


class Role(NamedTuple):
    """How the line of one role is drawn and its name written; the dash is a second channel."""

    color: str
    words: str
    dash: str = "solid"
    width: float = 2


ROLES = {
    "measured": Role("#1f6fd0", "#1a58a6", width=2.25),
    "predicted": Role("#d07734", "#984709", "6px,4px", 1.75),
    "limit": Role("#3aa179", "#1a6c4b", "10px,3px,2px,3px"),
    "failure": Role("#c92447", "#b01a3c", width=2.25),
    "floor": Role("#7d848c", "#59606a", "1px,4px"),
    "c1": Role("#1f6fd0", "#1a58a6"),
    "c2": Role("#935b1b", "#7d4c14", "9px,3px"),
    "c3": Role("#3aa179", "#1a6c4b"),
    "c4": Role("#c4049e", "#a30384", "9px,3px,2px,3px"),
    "c5": Role("#a08f1d", "#6b5f0c", "4px,3px"),
}
"""Color, dash and width of each role; c1 … c5 are series that have none."""

INK, PAPER = ("#14171b", "#fcfcfa")  # a point on a map: one of the two is seen on any color below
# What a page calls a color, and that color on light paper, where there is no page.
TOKENS = {f"on-{role}": style.words for role, style in ROLES.items()}
TOKENS |= {"on-onlight": INK, "on-ondark": PAPER, "text": "#1c2024", "muted": "#59606a"}
TOKENS |= {"rule": "#dcddd7", "edge": "#858b92"}


def token(name: str) -> str:
    """Color of words of a role, or of a part of the page."""
    name = name if name in TOKENS else f"on-{name}"
    return f"var(--gd-{name},{TOKENS[name]})"


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

MARGIN = {"l": 48, "r": 20, "t": 26, "b": 44}
MOST_TICKS = 6  # on a figure of any width

_AXIS: dict[str, Any] = {
    "fixedrange": True,
    "zeroline": False,
    "automargin": False,
    "nticks": MOST_TICKS,
}
_AXIS |= {"tickfont": {"size": 13}, "tickangle": 0}
_X: dict[str, Any] = {"showgrid": False, "showline": True, "ticks": "outside", "ticklen": 4}
_X |= {"title": {"standoff": 8, "font": {"size": 14}}}
_WORDS = {"showarrow": False, "font": {"size": 14}, "xanchor": "left", "yanchor": "bottom"}

template = go.layout.Template(
    layout={
        # quotes: a family name that ends in a digit is invalid without them
        "font": {"family": '"Source Sans 3", system-ui, sans-serif', "size": 14},
        **dict.fromkeys(("paper_bgcolor", "plot_bgcolor"), "rgba(0,0,0,0)"),
        "colorway": [ROLES[f"c{i}"].color for i in range(1, 6)],
        "colorscale": {"sequential": [[i / 5, c] for i, c in enumerate(SEQUENTIAL)]},
        "margin": MARGIN,
        "showlegend": False,
        "hovermode": "x unified",
        "dragmode": False,  # a finger on a phone must scroll the page
        "bargap": 0.15,
        "title": {"font": {"size": 16}, "x": 0, "xanchor": "left"},
        "xaxis": _X | _AXIS,
        "yaxis": {"showgrid": True, "gridwidth": 1, "ticks": ""} | _AXIS,
        "annotationdefaults": _WORDS,
    }
)
"""Everything of a figure but its colors of text and axes; registered as "gdinverse"."""

pio.templates["gdinverse"] = template

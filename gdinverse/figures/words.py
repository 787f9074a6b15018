"""Words and rectangles of a drawing, placed by percentages; sizes and distances are in em."""

from __future__ import annotations

import re
from html import escape, unescape
from typing import Any

from gdinverse.figures.style import token

LINE = 1.3  # em from baseline to baseline


def percent(share: float) -> str:
    """Write a share of the plot."""
    return f"{100 * share:.5g}%"


def place(x: Any, y: Any) -> str:
    """Place what lies between two shares of each axis."""
    (left, right), (low, high) = x, y
    extent = f'width="{percent(right - left)}" height="{percent(high - low)}"'
    return f'x="{percent(left)}" y="{percent(1 - high)}" {extent}'


def rect(x: Any, y: Any, color: str, opacity: float = 1) -> str:
    """Fill what lies between two shares of each axis."""
    faint = f' fill-opacity="{opacity}"' if opacity < 1 else ""
    return f'<rect {place(x, y)} fill="{color}"{faint}/>'


def text(
    words: str,
    at: Any,
    dx: float = 0,
    dy: float = 0,
    anchor: str = "start",
    role: str = "muted",
    size: float = 13,
) -> str:
    """Write words of one role beside a point, one element a row; `dy` is to the first baseline."""
    x, y = percent(at[0]), percent(1 - at[1])
    look = f'fill="{token(role)}" font-size="{size / 14:.3g}em"'
    look += f' text-anchor="{anchor}"' if anchor != "start" else ""
    look += f' dx="{dx:.2g}em"' if dx else ""
    rows = enumerate(words.split("<br>") if words else [])
    return "".join(
        f'<text x="{x}" y="{y}" dy="{dy + LINE * i:.3g}em" {look}>{_row(row)}</text>'
        for i, row in rows
    )


def _row(row: str) -> str:
    """Lower `<sub>` and raise `<sup>`, and come back to the baseline after it."""
    plain, *rest = re.split(r"<(su[bp])>(.*?)</su[bp]>", row)
    parts = [_escaped(plain)]
    for kind, small, after in zip(rest[::3], rest[1::3], rest[2::3], strict=True):
        away = {"sup": -0.5, "sub": 0.3}[kind]
        parts += [f'<tspan dy="{away}em" font-size=".75em">{_escaped(small)}</tspan>']
        parts += [f'<tspan dy="{-0.75 * away:.3g}em">{_escaped(after)}</tspan>' if after else ""]
    return "".join(parts)


def _escaped(words: str) -> str:
    return escape(unescape(words), quote=False)

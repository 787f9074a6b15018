"""Words and rectangles of a drawing, placed by percentages; sizes and distances are in em."""

import re
from html import escape, unescape
from typing import Any

from gdinverse.figures.style import token

LINE = 1.3  # em from baseline to baseline


def percent(share: float) -> str:
    """Write a share of the plot."""
    return f"{100 * share:.5g}%"


def within(ends: Any) -> str:
    """Place what lies between two shares of each axis."""
    (left, right), (low, high) = ends
    extent = f'width="{percent(right - left)}" height="{percent(high - low)}"'
    return f'x="{percent(left)}" y="{percent(1 - high)}" {extent}'


def rect(ends: Any, color: str, opacity: float = 1) -> str:
    """Fill what lies between two shares of each axis."""
    faint = f' fill-opacity="{opacity}"' if opacity < 1 else ""
    return f'<rect {within(ends)} fill="{color}"{faint}/>'


def text(
    words: str, at: Any, dx: float, dy: float, anchor: str, role: str = "muted", size: float = 13
) -> str:
    """Write words of one role beside a point, one element a row; `dy` is to the first baseline."""
    x, y = percent(at[0]), percent(1 - at[1])
    look = f'fill="{token(role)}" font-size="{size / 14:.3g}em"'
    look += f' dx="{dx:.2g}em" text-anchor="{anchor}"'
    rows = words.split("<br>") if words else []
    place = (f'x="{x}" y="{y}" dy="{dy + LINE * i:.3g}em"' for i in range(len(rows)))
    return "".join(f"<text {p} {look}>{_row(r)}</text>" for p, r in zip(place, rows, strict=True))


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

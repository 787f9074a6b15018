"""Changes words of a rendered page, and nothing but words."""

import re
from collections.abc import Callable

# Where no word becomes a link: in code, in links, in headings.
QUIET = {"a", "code", "pre", "script", "style", "svg", *(f"h{level}" for level in range(1, 7))}
TAG = re.compile(r"<!--.*?-->|<(/?)([a-zA-Z][\w-]*)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>", re.DOTALL)


def rewrite(html: str, skipped: Callable[[str, str], object], change: Callable[[str], str]) -> str:
    """Apply `change` to all text outside elements that `skipped(name, attributes)` names."""
    parts, end, inside, depth = [], 0, "", 0
    for tag in TAG.finditer(html):
        text = html[end : tag.start()]
        parts += [text if inside else change(text), tag[0]]
        end = tag.end()
        closing, name, attributes = tag.groups()
        if name and inside == name:
            depth += -1 if closing else 1
            inside = inside if depth else ""
        elif name and not inside and not closing and skipped(name, attributes):
            inside, depth = name, 1
    return "".join([*parts, html[end:]])

"""Values in prose: `{{= expression : format }}` of this page, `{{= page#name }}` of another.

A notebook's own are steps of its run; those of other pages are filled in once all have run.
"""

import re
from typing import Any

from build import build

VALUE = re.compile(r"\{\{=\s*(.+?)\s*\}\}", re.DOTALL)
ELSEWHERE = re.compile(r"([\w./-]+)#(\w+)")
NOT_YET = "…"  # while `mkdocs serve` still executes a page


def split(value: str) -> tuple[str, str]:
    """Split "expression : format" at its last " : "."""
    expression, _, spec = value.rpartition(" : ") if " : " in value else (value, "", "")
    return " ".join(expression.split()), spec.strip()


def resolve(source: str) -> str:
    """Fill in the values of other pages."""
    return VALUE.sub(lambda match: look_up(match[1]), source)


def look_up(value: str) -> str:
    expression, spec = split(value)
    place = ELSEWHERE.fullmatch(expression)
    try:
        if not place:
            raise LookupError("only a notebook has values of its own; write page#name")
        values = of(place[1])
        return NOT_YET if values is None else format(values[place[2]], spec)
    except (LookupError, ValueError) as error:
        build.fail(f"{build.page}: {{{{= {value} }}}}: {type(error).__name__}: {error}")
        return "?"


def of(page: str) -> dict[str, Any] | None:
    """What a page offers to others; None where it has not run to its end."""
    for name in (f"{page}.py", f"{page}.md"):
        if name in build.notebooks:
            run = build.notebooks[name].metadata.get("run")
            return run and run["values"]
    raise LookupError(f"no page {page} runs; there are {', '.join(build.notebooks)}")

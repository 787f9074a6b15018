"""Values in prose: `{{= expression : format }}` of this page, `{{= page#name }}` of another.

A notebook's own are steps of its run; those of other pages are filled in once all have run.
"""

import re
from typing import Any

from build import build

VALUE = re.compile(
    r"\{\{=\s*(?:(?P<page>[\w./-]+)#(?P<name>\w+)|(?P<expression>.+?))"
    r"(?:\s+:\s+(?P<format>(?:(?!\s:\s).)*?))?\s*\}\}",  # behind the last " : "
    re.DOTALL,
)
NOT_YET = "…"  # while `mkdocs serve` still executes a page


def resolve(source: str) -> str:
    """Fill in the values of other pages."""
    return VALUE.sub(look_up, source)


def look_up(value: re.Match[str]) -> str:
    try:
        if not value["page"]:
            raise LookupError("only a notebook has values of its own; write page#name")
        values = of(value["page"])
        return NOT_YET if values is None else format(values[value["name"]], value["format"] or "")
    except (LookupError, ValueError) as error:
        build.fail(f"{build.page}: {value[0]}: {type(error).__name__}: {error}")
        return "?"


def of(page: str) -> dict[str, Any] | None:
    """What a page offers to others; None where it has not run to its end."""
    for name in (f"{page}.py", f"{page}.md"):
        if name in build.notebooks:
            run = build.notebooks[name].metadata.get("run")
            return run and run["values"]
    raise LookupError(f"no page {page} runs; there are {', '.join(build.notebooks)}")

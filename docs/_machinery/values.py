"""Values in prose: `{{= expression : format }}` of this page, `{{= page#name }}` of another."""

import html
import re

from build import build

VALUE = re.compile(r"\{\{=\s*(.+?)\s*\}\}", re.DOTALL)
ELSEWHERE = re.compile(r"([\w./-]+)#(\w+)")
# A word without punctuation comes through Markdown, math and attributes unharmed.
HIDDEN = re.compile(r"gdvalue((?:[0-9a-f]{2})+)z")


def split(value):
    """Split "expression : format" at its last " : "."""
    expression, _, spec = value.rpartition(" : ") if " : " in value else (value, "", "")
    return " ".join(expression.split()), spec.strip()


def hide(markdown):
    """Turn values of other pages into words that `reveal` finds once all pages have run."""
    return VALUE.sub(lambda match: f"gdvalue{match[1].encode().hex()}z", markdown)


def reveal(text):
    return HIDDEN.sub(lambda match: html.escape(look_up(bytes.fromhex(match[1]).decode())), text)


def resolve(source):
    return VALUE.sub(lambda match: look_up(match[1]), source)


def look_up(value):
    expression, spec = split(value)
    place = ELSEWHERE.fullmatch(expression)
    try:
        if not place:
            raise LookupError("only a notebook has values of its own; write page#name")
        return format(values_of(place[1])[place[2]], spec)
    except (LookupError, ValueError) as error:
        build.fail(f"{build.page}: {{{{= {value} }}}}: {type(error).__name__}: {error}")
        return "?"


def values_of(page):
    notebook = build.notebooks.get(f"{page}.py")
    if notebook is None:
        raise LookupError(f"no page {page} has run; there are {', '.join(build.notebooks)}")
    return notebook.metadata.get("run", {}).get("values", {})

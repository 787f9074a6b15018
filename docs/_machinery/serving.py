"""`mkdocs serve --dirty` renders the pages again that show something else than before.

MkDocs would ask each file for its age. A page shows more than its file: what its cells gave, values
of other pages, the package's docstrings, the glossary's lines.
"""

import re
from functools import partial
from typing import Any

from mkdocs.plugins import event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

import cells
import execution
from build import build

EVERYWHERE = ("mkdocs.yml", "docs/_machinery/**/*.[hj]*", "docs/reference/[gb]*y.md")
OTHER = re.compile(r"\{\{=\s*([\w./-]+)#")

shown: dict[str, tuple[str, str | None]] = {}  # what each page showed, and its title
there: list[tuple[Page, str]] = []


def on_nav(_nav: Navigation, files: Files, **_: Any) -> None:
    """Leave out what is as it was."""
    there.clear()
    if not build.serving:
        return
    names = [file.src_uri for file in files.documentation_pages()]
    everywhere: list[str | bytes] = [
        *names,
        *(path.read_bytes() for path in build.files(*EVERYWHERE)),
    ]
    for page in [file.page for file in files.documentation_pages() if file.page]:
        key = cells.digest(*everywhere, *parts(page.file.src_uri))
        there.append((page, key))
        was, title = shown.get(page.file.src_uri, ("", None))
        page.file.is_modified = partial(str.__ne__, was, key)  # type: ignore[method-assign]
        if was == key:
            page.title = title  # it is not read again


@event_priority(-200)  # once it is written
def on_post_build(**_: Any) -> None:
    shown.update({page.file.src_uri: (key, page.title) for page, key in there})


def parts(name: str) -> list[str]:
    """What a page shows: its source, its results, and what it takes from elsewhere."""
    source = (build.root / "docs" / name).read_text()
    results = execution.pages[name].shown if name in build.notebooks else []
    package = [cells.fingerprint(name)] if "::: " in source else []
    offered = {
        page.rpartition(".")[0]: one.metadata.get("run") for page, one in build.notebooks.items()
    }
    lent = [str((offered.get(other) or {}).get("values")) for other in OTHER.findall(source)]
    return [source, *results, *package, *lent]

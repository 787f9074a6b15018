"""What stands under a page's title: how long it takes, what ran it, and where to get it."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url
from nbformat import NotebookNode

from build import build
from download import target

WORDS, LINES = 200, 20  # that a reader takes in a minute
META = """<div class="gd-meta" data-search-exclude="true">
<p>About {minutes} to read. Executed with torch {torch} on {day} in {seconds} s</p>
<p>{links}</p>
</div>"""
EDIT = '<p class="gd-meta gd-edit" data-search-exclude="true">{link}</p>'


def on_page_content(html: str, page: Page, **_: Any) -> str:
    if page.is_homepage:
        return html
    if page.file.src_uri in build.notebooks:
        return add_meta(html, page)
    if build.repository:
        return html + EDIT.format(link=edit_link(page))
    return html


def add_meta(html: str, page: Page) -> str:
    """Put the page's two lines about its run under its title."""
    notebook = build.notebooks[page.file.src_uri]
    run = notebook.metadata.get("run")
    if run is None:  # it failed or still runs, and says so
        return html
    if "</h1>" not in html:
        build.fail(f"{build.page}: a page needs a title: # …")
    day = date.fromisoformat(run["date"])
    said = {"minutes": minutes(notebook), "day": f"{day.day} {day:%B %Y}"}
    lines = META.format(**run | said, links=" · ".join(links(page)))
    return html.replace("</h1>", f"</h1>\n{lines}", 1)


def minutes(notebook: NotebookNode) -> str:
    """How long it takes to read what stands open: prose, and code that is not folded."""
    words = lines = 0
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            words += len(cell.source.split())
        elif cell.cell_type == "code" and not cell.metadata.get("tags"):
            lines += len(cell.source.splitlines())
    number = max(1, round(words / WORDS + lines / LINES))
    return f"{number} minute{'s' * (number > 1)}"


def links(page: Page) -> Iterator[str]:
    name = Path(page.file.src_uri).with_suffix(".ipynb").name
    everything = get_relative_url("downloads/", page.url)
    yield f'<a href="{name}" download>Download the notebook</a>, or <a href="{everything}">all</a>'
    if home := build.repository:
        colab = f"https://colab.research.google.com/github/{home}/blob/notebooks"
        yield f'<a href="{colab}/{target(page.file)}">Open in Colab</a>'
        yield edit_link(page)


def edit_link(page: Page) -> str:
    address = f"https://github.com/{build.repository}/edit/main/docs/{page.file.src_uri}"
    return f'<a href="{address}">Edit this page</a>'

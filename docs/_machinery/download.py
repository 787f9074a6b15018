"""The executed notebook: what the page says about it, and the file itself."""

import copy
import re
from datetime import date
from pathlib import Path
from textwrap import dedent, indent

import nbformat
from mkdocs.structure.files import File

from build import build
from values import resolve

BLOCK = re.compile(r'^(?:!!!|\?\?\?\+?) \w+ "(.*)"\n((?:    .*\n|\n)*)', re.MULTILINE)
META = """<div class="gd-meta" data-search-exclude="true">
<p>Executed with torch {torch} on {day} in {seconds} s</p>
<p>{links}</p>
</div>"""


def add_meta(html, page):
    """Put the page's two lines about its run under its title."""
    run = build.notebooks[page.file.src_uri].metadata.get("run")
    if run is None:  # it failed, and says so
        return html
    if "</h1>" not in html:
        build.fail(f"{build.page}: a page needs a title: # …")
    day = date.fromisoformat(run["date"])
    lines = META.format(**run | {"day": f"{day.day} {day:%B %Y}"}, links=" · ".join(links(page)))
    return html.replace("</h1>", f"</h1>\n{lines}", 1)


def links(page):
    name = Path(page.file.src_uri).with_suffix(".ipynb").name
    yield f'<a href="{name}" download>Download the notebook</a>'
    if home := build.repository:
        colab = f"https://colab.research.google.com/github/{home}/blob/notebooks"
        yield f'<a href="{colab}/{target(page)}">Open in Colab</a>'
        edit = f"https://github.com/{home}/edit/main/docs/{page.file.src_uri}"
        yield f'<a href="{edit}">Edit this page</a>'


def target(page):
    source = Path(page.file.src_uri)
    return (Path(page.file.dest_uri).parent / source.with_suffix(".ipynb").name).as_posix()


def executed(page, config):
    notebook = cleaned(build.notebooks[page.file.src_uri])
    return File.generated(config, target(page), content=nbformat.writes(notebook))


def cleaned(notebook):
    """A notebook that opens anywhere and says nothing about the machine it ran on."""
    notebook = copy.deepcopy(notebook)
    if build.repository:
        install = f"%pip install --quiet git+https://github.com/{build.repository}"
        notebook.cells.insert(0, nbformat.v4.new_code_cell(install, id="install"))
    notebook.cells = [cell for cell in notebook.cells if cell.cell_type != "raw"]
    for cell in notebook.cells:
        cell.metadata = {}
        if cell.cell_type == "markdown":
            cell.source = plain(resolve(cell.source))
        for output in cell.get("outputs", []):
            show_without_plotly(output.get("data", {}))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook.metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return notebook


def plain(markdown):
    """Turn the site's blocks into quotes, and drop attributes: other viewers know neither."""
    markdown = re.sub(r"^\{:.*\}$\n?| *\{:[^}\n]*\}$", "", markdown, flags=re.MULTILINE)
    return BLOCK.sub(as_quote, f"{markdown}\n").rstrip()


def as_quote(match):
    words = f"**{match[1]}**\n\n{plain(dedent(match[2]))}"
    return indent(words, "> ", lambda _: True) + "\n\n"


def show_without_plotly(data):
    """Let a figure's words stand in for it where nothing draws it."""
    figure = data.get("application/vnd.plotly.v1+json")
    if figure:
        del data["text/html"]
        layout = figure["layout"]
        data["text/plain"] = f"{layout['title']['text']}\n{layout['meta']['alt']}"

"""The executed notebook as a file: it opens anywhere, and says nothing about where it ran."""

import copy
import json
import re
from functools import partial
from pathlib import Path
from textwrap import dedent, indent
from typing import Any
from urllib.parse import urljoin

import nbformat
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from nbformat import NotebookNode

from build import build, rendered

BLOCK = re.compile(r'^(?:!!!|\?\?\?\+?) \w+ "(.*)"\n((?:    .*\n|\n)*)', re.MULTILINE)
NEEDS = """To run this you need Python 3.11 or newer and the package: where `import gdinverse`
fails, install it with `pip install .` in a copy of the project."""
# To another page of the site: address, ending, and what follows them.
LINK = re.compile(r"\]\(([\w./-]+)\.(py|md)([^)]*)\)")


def target(file: File) -> str:
    source = Path(file.src_uri)
    return (Path(file.dest_uri).parent / source.with_suffix(".ipynb").name).as_posix()


def on_env(_env: Any, config: MkDocsConfig, files: Files) -> None:
    for page in rendered(files):
        if build.page in build.notebooks and not page.is_homepage:
            files.append(executed(page.file, config))


def executed(file: File, config: MkDocsConfig) -> File:
    """The file to download: its first cell says what it needs, or fetches it from the home."""
    notebook = cleaned(file.src_uri)
    if build.repository:
        first = nbformat.v4.new_code_cell(installation(file.src_uri), id="install")
    else:
        first = nbformat.v4.new_markdown_cell(NEEDS, id="install")
    notebook.cells.insert(0, first)
    return File.generated(config, target(file), content=written(notebook))


def installation(page: str) -> str:
    """Fetch the project, not the package alone: some pages read data that lies beside it."""
    folder, owner_name = Path("docs", page).parent, build.repository
    return (
        f"!git clone --quiet --depth 1 https://github.com/{owner_name}\n"
        f"%cd {owner_name.split('/')[1]}/{folder.as_posix()}\n"
        f"%pip install --quiet {'/'.join(['..'] * len(folder.parts))}"
    )


def written(notebook: NotebookNode) -> str:
    """One line: with one for each number of a figure, it would be twice as large."""
    return json.dumps(notebook, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n"


def cleaned(page: str) -> NotebookNode:
    notebook = copy.deepcopy(build.notebooks[page])
    notebook.cells = [cell for cell in notebook.cells if cell.cell_type != "raw"]
    for cell in notebook.cells:
        cell.metadata = {}
        if cell.cell_type == "markdown":
            cell.source = LINK.sub(partial(led, page), plain(cell.source))
        for output in cell.get("outputs", []):
            show_without_plotly(output.get("data", {}))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook.metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return notebook


def plain(markdown: str) -> str:
    """Turn the site's blocks into quotes, and drop attributes: other viewers know neither."""
    markdown = re.sub(r"^\{:.*\}$\n?| *\{:[^}\n]*\}$", "", markdown, flags=re.MULTILINE)
    return BLOCK.sub(as_quote, f"{markdown}\n").rstrip()


def led(page: str, match: re.Match[str]) -> str:
    """A link that leads somewhere from outside the site: to the site, or to the other notebook."""
    path, kind, rest = match.groups()
    if build.address:
        folder = re.sub(r"(^|/)index$", r"\1.", path) if path.endswith("index") else f"{path}/"
        return f"]({urljoin(build.address + page, folder)}{rest})"
    return f"]({path}.ipynb{rest})" if kind == "py" else match[0]


def as_quote(match: re.Match[str]) -> str:
    words = f"**{match[1]}**\n\n{plain(dedent(match[2]))}"
    return indent(words, "> ", lambda _: True) + "\n\n"


def show_without_plotly(data: dict[str, Any]) -> None:
    """Let a figure's words stand in for it where nothing draws it."""
    figure = data.get("application/vnd.plotly.v1+json")
    if figure:
        del data["text/html"]
        layout = figure["layout"]
        data["text/plain"] = f"{layout['title']['text']}\n{layout['meta']['alt']}"

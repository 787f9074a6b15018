"""The frame of a build: its settings, its pages as they have run, and its end.

All else is done by a hook of its own; mkdocs.yml names them in their order.
"""

import html
import os
import sys
from pathlib import Path
from typing import Any

import jupytext
import nbconvert.preprocessors
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import event_priority
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.utils import meta
from mkdocs_jupyter.plugin import NotebookFile

import cells
import execution
from build import build
from values import resolve

# What pages are executed with: their own settings, and not those of the person who builds.
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
}


def on_startup(command: str, **_: Any) -> None:
    build.serving = command == "serve"
    os.environ |= ENVIRONMENT


def on_shutdown() -> None:
    execution.end()


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    build.root = Path(config.config_file_path).parent
    build.failures.clear()
    places = [str(build.root), str(Path(__file__).parent)]  # of the processes that run pages, too
    sys.path[:0] = [place for place in places if place not in sys.path]
    build.repository = config.extra["repository"]
    if not config.site_url and build.repository:
        owner, name = build.repository.split("/")
        config.site_url = f"https://{owner}.github.io/{name}/"
    build.address = config.site_url or ""
    execution.FORKS.set_forkserver_preload(config.extra["imported"])
    setattr(nbconvert.preprocessors, "ExecutePreprocessor", execution.ExecutePreprocessor)
    setattr(jupytext, "read", cells.read_file)  # mkdocs-jupyter reads each page twice
    return config


def on_serve(server: LiveReloadServer, **_: Any) -> LiveReloadServer:
    build.server = server
    build.show_again()  # a page may have run while the first build was written
    return server


def on_nav(nav: Navigation, **_: Any) -> None:
    pages = [page.file for page in nav.pages]
    execution.execute([file.src_uri for file in pages if isinstance(file, NotebookFile)])


def on_pre_page(page: Page, **_: Any) -> Page:
    build.page = page.file.src_uri
    return page


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    notebook = build.notebooks.get(build.page)
    if not notebook:
        return resolve(markdown)
    if notebook.cells[0].cell_type == "raw":  # the comment at the top of its file
        page.meta.update(meta.get_data(notebook.cells[0].source + "\n")[1])
    return html.unescape(markdown)  # see notebook.html.j2


@event_priority(-200)
def on_post_build(**_: Any) -> None:
    if build.failures and not build.serving:
        raise PluginError(f"{len(build.failures)} mistakes, each said above.")

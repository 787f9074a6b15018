"""The way of a page through the build, in order. Each step lives in a file of its own."""

from __future__ import annotations

import html
import os
from pathlib import Path

import cache
import docstrings
import download
import formulas
import nbconvert.preprocessors
import values
import vendor
from build import build
from execution import PageExecutor


def on_startup(command, **_):
    build.serving = command == "serve"


def on_config(config):
    build.root = Path(config.config_file_path).parent
    build.notebooks.clear()
    if build.serving:
        config.strict = False  # else a warning would leave the server waiting for the next edit
    build.repository = config.extra["repository"]
    if not config.site_url and build.repository:
        owner, name = build.repository.split("/")
        config.site_url = f"https://{owner}.github.io/{name}/"
    # Settings of the person who builds are not part of the site.
    ipython = build.root / ".cache/ipython"
    ipython.mkdir(parents=True, exist_ok=True)
    os.environ |= {"IPYTHONDIR": str(ipython), "JUPYTER_NO_CONFIG": "1"}
    nbconvert.preprocessors.ExecutePreprocessor = PageExecutor
    return config


def on_files(files, config):
    vendor.add(files, config)
    return files


def on_pre_page(page, **_):
    build.page = page.file.src_uri
    return page


def on_page_read_source(page, **_):
    """Read a notebook's metadata where jupytext has it too: in comments at its top."""
    source = page.file.content_string
    if page.file.src_uri.endswith(".py") and source.startswith("# ---\n"):
        header = source[: source.index("\n# ---\n") + len("\n# ---\n")]
        return header.replace("# ", "")
    return None


def on_page_markdown(markdown, page, **_):
    if page.file.src_uri in build.notebooks:
        markdown = html.unescape(markdown)  # see notebook.html.j2
    return values.hide(markdown)


def on_page_content(html, page, files, **_):
    if page.file.src_uri in build.notebooks:
        return download.add_meta(html, page)
    return docstrings.resolve_links(html, page, files)


def on_env(env, config, files):
    pages = [file.page for file in files.documentation_pages()]
    for page in pages:
        build.page = page.file.src_uri
        page.content = values.reveal(page.content)
    formulas.take_out(pages)
    for page in pages:
        build.page = page.file.src_uri
        if build.page in build.notebooks:
            files.append(download.executed(page, config))
    return env


def on_post_page(output, page, **_):
    build.page = page.file.src_uri
    output = formulas.put_in(output)
    for leftover in (*values.HIDDEN.findall(output), *formulas.FORMULA.findall(output)):
        build.fail(f"{build.page}: neither values of other pages nor math in headings: {leftover}")
    return output.replace('role="dialog"', 'role="dialog" aria-label="Search"')


def on_post_build(**_):
    cache.evict()

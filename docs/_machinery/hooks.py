"""The way of a page through the build, in order. Each step lives in a file of its own."""

import html
import os
from pathlib import Path

import nbconvert.preprocessors
from mkdocs.utils import meta

import byline
import download
import execution
import formulas
import scripts
import values
import vendor
from build import build


def on_startup(command, **_):
    build.serving = command == "serve"


def on_config(config):
    build.root = Path(config.config_file_path).parent
    build.notebooks.clear()
    build.repository = config.extra["repository"]
    if not config.site_url and build.repository:
        owner, name = build.repository.split("/")
        config.site_url = f"https://{owner}.github.io/{name}/"
    build.address = config.site_url or ""
    # Kernels run this package, and without the settings of the person who builds.
    ipython = build.root / ".cache/ipython"
    ipython.mkdir(parents=True, exist_ok=True)
    os.environ |= {
        "IPYTHONDIR": str(ipython),
        "JUPYTER_NO_CONFIG": "1",
        "PYTHONPATH": str(build.root),
    }
    nbconvert.preprocessors.ExecutePreprocessor = execution.PageExecutor
    return config


def on_files(files, config):
    vendor.remove_unused(files)
    vendor.add(files, config)
    scripts.bundle(files, config)
    return files


def on_nav(nav, **_):
    execution.start([page.file for page in nav.pages if page.file.src_uri.endswith(".py")])


def on_pre_page(page, **_):
    build.page = page.file.src_uri
    return page


def on_page_markdown(markdown, page, **_):
    if notebook := build.notebooks.get(build.page):
        markdown = html.unescape(markdown)  # see notebook.html.j2
        if notebook.cells[0].cell_type == "raw":  # the comment at the top of its file
            page.meta |= meta.get_data(notebook.cells[0].source + "\n")[1]
    return values.hide(markdown)


def on_page_content(html, page, **_):
    return byline.add_to(html, page)


def on_env(env, config, files):
    pages = [file.page for file in files.documentation_pages()]
    for page in pages:
        build.page = page.file.src_uri
        page.content = values.reveal(page.content)
    formulas.take_out(pages)
    for page in pages:
        build.page = page.file.src_uri
        if build.page in build.notebooks:
            files.append(download.executed(page.file, config))
    return env


def on_post_page(output, page, **_):
    build.page = page.file.src_uri
    output = formulas.put_in(output)
    for leftover in (*values.HIDDEN.findall(output), *formulas.FORMULA.findall(output)):
        build.fail(f"{build.page}: neither values of other pages nor math in headings: {leftover}")
    return named(output)


def on_post_template(output, template_name, **_):
    return named(output) if template_name == "404.html" else output


def named(output):
    """Name the search, which the theme leaves a dialog without a name."""
    return output.replace('role="dialog"', 'role="dialog" aria-label="Search"')

"""Keeps pages light, however many figures they have.

Each figure's data goes into a file of its own, named by its content, which the page fetches when
the figure is near. Names, spaces and brackets of code lose their markup, templates their
indentation, drawings and formulas the name of their language: together a third of all there is. And
two stylesheets go that have nothing to say here: the theme's palettes, all of whose colors are
ours, and symbols of the API reference that it does not show.
"""

from __future__ import annotations

import hashlib
import html
import re
from functools import partial

from mkdocs.structure.files import File

FIGURE = re.compile(r'data-figure="([^"]+)"')
SILENT = re.compile(
    r'<link rel="stylesheet" href="[^"]*/(?:palette\.\w+\.min|_mkdocstrings)\.css">'
)
INDENTED = re.compile(r"(<pre.*?</pre>)|\s*\n\s*", re.DOTALL)
PLAIN = re.compile(r'<span class="(?:n|p|w)">([^<]*)</span>')
LANGUAGE = re.compile(r' xmlns="http://www\.w3\.org/(?:2000/svg|1998/Math/MathML)"')


def on_env(env, config, files, **_):
    for page in [file.page for file in files.documentation_pages()]:
        page.content = FIGURE.sub(partial(move, files, config), page.content)
        page.content = PLAIN.sub(r"\1", page.content)
    return env


def on_post_template(output, template_name, **_):
    return on_post_page(output) if template_name == "404.html" else output


def on_post_page(output, **_):
    output = LANGUAGE.sub("", SILENT.sub("", output))
    return INDENTED.sub(lambda match: match[1] or "\n", output)


def move(files, config, match):
    content = html.unescape(match[1])
    name = f"{hashlib.sha256(content.encode()).hexdigest()[:12]}.json"
    if not files.get_file_from_path(f"assets/figures/{name}"):
        files.append(File.generated(config, f"assets/figures/{name}", content=content))
    return f'data-figure="{name}"'

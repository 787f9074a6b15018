"""Moves each figure's data out of its page, into a file that is fetched when the figure is near.

A page is light that way, however many figures it has. The files are named by their content.
"""

from __future__ import annotations

import hashlib
import html
import re
from functools import partial

from mkdocs.structure.files import File

FIGURE = re.compile(r'data-figure="([^"]+)"')


def on_env(env, config, files, **_):
    for page in [file.page for file in files.documentation_pages()]:
        page.content = FIGURE.sub(partial(move, files, config), page.content)
    return env


def move(files, config, match):
    content = html.unescape(match[1])
    name = f"{hashlib.sha256(content.encode()).hexdigest()[:12]}.json"
    if not files.get_file_from_path(f"assets/figures/{name}"):
        files.append(File.generated(config, f"assets/figures/{name}", content=content))
    return f'data-figure="{name}"'

"""Each figure's data as a file of its own, named by its content.

The page fetches it when the figure is near: so it is light, however many figures it has.
"""

import html
import re
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from build import rendered
from cells import digest

FIGURE = re.compile(r'data-figure="([^"]+)"')


def on_env(_env: Any, config: MkDocsConfig, files: Files) -> None:
    def moved(match: re.Match[str]) -> str:
        content = html.unescape(match[1])
        name = f"{digest(content)[:12]}.json"
        if not files.get_file_from_path(path := f"assets/figures/{name}"):
            files.append(File.generated(config, path, content=content))
        return f'data-figure="{name}"'

    for page in rendered(files):
        page.content = FIGURE.sub(moved, page.content or "")

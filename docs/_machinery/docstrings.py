"""Links in docstrings, which MkDocs does not see: they are rendered apart from their page."""

from __future__ import annotations

import posixpath
import re

from build import build

LINK = re.compile(r'href="([^":#]+)\.md(#[^"]*)?"')


def resolve_links(html, page, files):
    """Turn "../series/2-inverse.md#a-loss" into an address; the page may be a notebook."""

    def resolve(match):
        path = posixpath.normpath(posixpath.join(posixpath.dirname(page.file.src_uri), match[1]))
        target = files.get_file_from_path(f"{path}.md") or files.get_file_from_path(f"{path}.py")
        if target is None:
            build.fail(f"{build.page}: a docstring links to {match[1]}.md, which does not exist")
            return match[0]
        return f'href="{target.url_relative_to(page.file)}{match[2] or ""}"'

    return LINK.sub(resolve, html)

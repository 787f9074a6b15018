"""Citations: "Polyak (1964)" on any page leads to its entry in the bibliography, or fails."""

import re
import unicodedata
from typing import Any

from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url

from build import build
from running_text import QUIET, rewrite

SOURCE = "reference/bibliography.md"
ENTRY = re.compile(r"^\d+\. .*\n    \{: #([\w-]+) \}$", re.MULTILINE)
NAME = r"[A-ZÀ-ÖØ-Þ][\w'’-]+"
CITED = re.compile(rf"({NAME})(?:(?:,\s+{NAME})*\s+&amp;\s+{NAME}|\s+et\s+al\.)?\s+\((\d{{4}})\)")


def on_page_content(html: str, page: Page, files: Files, **_: Any) -> str:
    source = files.get_file_from_path(SOURCE)
    if not source or page.file is source:
        return html
    address = get_relative_url(source.url, page.url)
    entries = set(ENTRY.findall(source.content_string))

    def link(match: re.Match[str]) -> str:
        anchor = key(match[1], match[2])
        if anchor not in entries:
            build.fail(f"{page.file.src_uri}: {match[0]} is not in {SOURCE}: no #{anchor}")
        return f'<a href="{address}#{anchor}">{match[0]}</a>'

    return rewrite(html, lambda name, _: name in QUIET, lambda text: CITED.sub(link, text))


def key(author: str, year: str) -> str:
    """The anchor of an entry: the first author's name in plain letters, and the year."""
    plain = unicodedata.normalize("NFKD", author).encode("ascii", "ignore").decode()
    return f"{plain.lower()}-{year}"

"""Tooltips: the first time that a page uses a term of the glossary, it leads to the term's line.

The glossary is the one source. A term is a link, so that a keyboard and a finger reach it, and
carries its line for glossary.js to show: the theme's own tooltips need an element that no
keyboard reaches, and mark every use. A class there, `noun`, marks words that are verbs too.
"""

import html
import re
from typing import Any

from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url

from running_text import QUIET, rewrite

Terms = dict[str, tuple[str, str]]  # for each anchor a pattern for its words, and its line

SOURCE = "reference/glossary.md"
ENTRY = re.compile(r"^(.+) \{: #([\w-]+)( \.noun)? \}\n:   (.+)$", re.MULTILINE)
DETERMINERS = ("a", "the", "this", "each", "every", "one", "first", "relative")
BEFORE_NOUN = "|".join(rf"(?<=\b{word}\s)" for word in DETERMINERS)
PLURAL = {"y": "(?:y|ies)", "x": "(?:x|ces)", "s": "s?"}  # of a last letter
QUIETER = QUIET | {"button", "details", "figure", "table"}
QUIET_CLASS = re.compile(r"\b(?:admonition-title|arithmatex|doc-object|gd-claim|gd-lead|gd-meta)\b")


def on_page_content(html: str, page: Page, files: Files, **_: Any) -> str:
    source = files.get_file_from_path(SOURCE)
    if not source or page.file is source:
        return html
    return with_tooltips(html, terms(source.content_string), get_relative_url(source.url, page.url))


def terms(markdown: str) -> Terms:
    return {
        anchor: (words(term, bool(noun)), line.replace("`", ""))
        for term, anchor, noun, line in ENTRY.findall(markdown)
    }


def words(term: str, noun: bool) -> str:
    """A pattern for a term and its plural."""
    stem, last = (term[:-1], term[-1]) if term[-1] in PLURAL and term[-2] != "s" else (term, "")
    forms = re.escape(stem).replace(r"\ ", r"\s+") + PLURAL.get(last, "(?:e?s)?")
    return f"(?:{BEFORE_NOUN}){forms}" if noun else forms


def with_tooltips(page: str, terms: Terms, address: str) -> str:
    if not terms:
        return page
    anchors = sorted(terms, key=len, reverse=True)  # "learning rate" before "rate"
    groups = "|".join(f"({terms[anchor][0]})" for anchor in anchors)
    any_term = re.compile(rf"(?<!-)\b(?:{groups})\b(?!-)", re.IGNORECASE)
    seen: set[str] = set()

    def link(match: re.Match[str]) -> str:
        anchor = anchors[(match.lastindex or 0) - 1]
        if anchor in seen:
            return match[0]
        seen.add(anchor)
        line = html.escape(terms[anchor][1])
        return f'<a class="gd-term" href="{address}#{anchor}" data-line="{line}">{match[0]}</a>'

    return rewrite(page, quiet, lambda text: any_term.sub(link, text))


def quiet(name: str, attributes: str) -> bool:
    return name in QUIETER or bool(QUIET_CLASS.search(attributes))

"""What a built page links to, loads, says and draws."""

import re
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
SILENT = {"script", "style", "code", "pre", "annotation"}


@dataclass
class HtmlPage(HTMLParser):
    path: Path
    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    figures: list[dict[str, str]] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    kinds: set[tuple[str, str]] = field(default_factory=set)  # of its article: elements by class
    prose: str = ""

    def __post_init__(self):
        super().__init__()
        self.open: list[str] = []
        self.source = self.path.read_text()
        self.feed(self.source)

    def handle_starttag(self, tag, attrs):
        given = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self.open.append(tag)
        if "article" in self.open:
            self.kinds |= {(tag, name) for name in given.get("class", "").split() or [""]}
        if "id" in given:
            self.ids.append(given["id"])
            self.headings += [given["id"]] if re.fullmatch("h[1-6]", tag) else []
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if "data-figure" in given:
            self.figures.append(given)
        self.loads += loaded(tag, given)

    def handle_endtag(self, tag):
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data):
        if not SILENT.intersection(self.open):
            self.prose += data


html_page = cache(HtmlPage)  # a built page is read once, whoever asks


def loaded(tag, given):
    """Addresses that a browser fetches without being asked."""
    yield from (given[name] for name in ("src", "poster", "data") if name in given)
    yield from (part.split()[0] for part in given.get("srcset", "").split(",") if part.strip())
    yield from re.findall(r"url\(['\"]?([^)'\"]+)", given.get("style", ""))
    if tag == "link" and given.get("rel") not in ("canonical", "prev", "next", "license"):
        yield given["href"]
    if tag in ("use", "image"):
        yield from (given[name] for name in ("href", "xlink:href") if name in given)


def target(page, link, site):
    """The file and the anchor that a link of the site's own leads to."""
    parts = urlsplit(link)
    path = unquote(parts.path)
    base = site if path.startswith("/") else page.path.parent
    file = (base / path.lstrip("/")).resolve() if path else page.path
    return (file / "index.html" if file.is_dir() else file), unquote(parts.fragment)


def is_external(link):
    parts = urlsplit(link)
    return bool(parts.netloc) or parts.scheme not in ("", "data")

"""What the search reads, and what it shows first.

It shows prose. It finds more than it shows: what a section prints, since a message is what a reader
pastes; and other words for what a section is about (searching.toml). It prefers sections, since a
page's top is rarely what was asked for, and among them those about failures: who searches has a
symptom. Parts of a class come last: their names are everyday words.
"""

import ast
import html
import json
import re
import tomllib
from collections import defaultdict
from functools import cache, partial
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import CombinedEvent, event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

from build import build, rendered

# How much a match counts in each part. The theme looks at the first two only, and shows them.
FIELDS = {"title": 8, "text": 1, "also": 8, "said": 2}
# The theme counts a match in a page's top entry up to two and a half times.
SECTION, SYMPTOM, PART = 3, 6, 0.5
SYMPTOMS = ("failures/", "reference/why-did-it-not-converge/")
PARTS = re.compile(r"#gdinverse\.(\w+\.)*[A-Z]\w+\.\w+$")  # of a class
# Where a reader learns what to do about an error that a call raises.
RAISED = f"{SYMPTOMS[-1]}#before-the-first-step"

SILENT = re.compile(r"<(pre|svg|text)\b.*?</\1>", re.DOTALL)  # code, drawings and their letters
HEADING = re.compile(r'<h[1-4] id="([^"]+)"')
OUTPUT = re.compile(r'<div class="[^"]*\bgd-output\b.*?</div>', re.DOTALL)
WORD = re.compile(r"[^\W\d]\w+")

entries: dict[str, Any] = {}  # `mkdocs serve` reads only some pages again
said: dict[str, str] = {}  # what each section prints
other: dict[str, str] = {}  # of each page, what the search reads; while it does so, the page


def on_env(_env: Any, files: Files, **_: Any) -> None:
    for page in rendered(files):
        said.update(printed(page.content or "", page.url))
        other[page.url] = SILENT.sub("", build.searched[page.url])


def exchange(_context: Any, page: Page, **_: Any) -> None:
    """Give the search prose alone, since it reads each tag and letter; then the page to readers."""
    page.content, other[page.url] = other[page.url], page.content or ""


on_page_context = CombinedEvent(
    event_priority(50)(partial(exchange)), event_priority(-50)(partial(exchange))
)


def printed(content: str, url: str) -> dict[str, str]:
    """The words of all outputs, by the section that they stand in."""
    top, *rest = HEADING.split(content)
    places = [url, *(f"{url}#{name}" for name in rest[::2])]
    texts = [" ".join(OUTPUT.findall(text)) for text in (top, *rest[1::2])]
    return dict(zip(places, map(words, texts), strict=True))


def words(text: str) -> str:
    """Each word once, and no number: a message has other numbers next time."""
    plain = html.unescape(re.sub(r"<[^>]+>", "", text)).lower()
    return " ".join(dict.fromkeys(WORD.findall(plain)))


@cache  # `mkdocs serve` asks for all files again at each edit of one
def raised(source: str) -> str:
    """The words of all errors that a file of the package raises."""
    raises = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Raise)]
    parts = [part for one in raises for part in ast.walk(one) if isinstance(part, ast.Constant)]
    return " ".join(part.value for part in parts if isinstance(part.value, str))


def synonyms() -> dict[str, str]:
    found: dict[str, str] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text())
    return found


def boost(location: str) -> float:
    if PARTS.search(location):
        return PART
    return SYMPTOM if location.startswith(SYMPTOMS) else SECTION


@event_priority(-50)  # after the search has written its index, before archives take it
def on_post_build(config: MkDocsConfig, **_: Any) -> None:
    path = Path(config.site_dir, "search/search_index.json")
    index = json.loads(path.read_text())
    entries.update((entry["location"], entry) for entry in index["docs"])
    more: dict[str, str] = defaultdict(str, said)
    sources = [path.read_text() for path in build.files("gdinverse/**/*.py")]
    more[RAISED] += " " + words(" ".join(map(raised, sources)))
    also = synonyms()
    for location, entry in entries.items():
        entry |= {"also": also.get(location, ""), "said": more[location]}
        if "#" in location:
            entry["boost"] = boost(location)
    index["docs"] = list(entries.values())
    index["config"]["fields"] = {name: {"boost": count} for name, count in FIELDS.items()}
    path.write_text(json.dumps(index, ensure_ascii=False, separators=(",", ":")))

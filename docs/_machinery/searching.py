"""What the search reads, and what it shows first.

It reads prose. It prefers sections, since a page's top is rarely what was asked for, and among them
those about failures: who searches has a symptom.
"""

import json
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority
from mkdocs.structure.files import Files

from build import rendered

# The theme counts a match in a page's top entry up to two and a half times.
SECTION, FAILURE = 2.5, 6

entries: dict[str, Any] = {}  # `mkdocs serve` reads only some pages again


def on_env(_env: Any, files: Files, **_: Any) -> None:
    for page in rendered(files):
        page.content = (page.content or "").replace("<pre>", '<pre data-search-exclude="true">')


@event_priority(-50)  # after the search has written its index, before archives take it
def on_post_build(config: MkDocsConfig, **_: Any) -> None:
    path = Path(config.site_dir, "search/search_index.json")
    index = json.loads(path.read_text())
    entries.update((entry["location"], entry) for entry in index["docs"])
    for location, entry in entries.items():
        if "#" in location:
            entry["boost"] = FAILURE if location.startswith("failures/") else SECTION
    index["docs"] = list(entries.values())
    path.write_text(json.dumps(index, ensure_ascii=False, separators=(",", ":")))

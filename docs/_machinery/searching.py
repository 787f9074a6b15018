"""What the search reads, and what it shows first.

It reads prose. It prefers sections, since a page's top is rarely what was asked for, and among them
those about failures: who searches has a symptom.
"""

from __future__ import annotations

import json
from pathlib import Path

from mkdocs.plugins import event_priority

# The theme counts a match in a page's top entry up to two and a half times.
SECTION, FAILURE = 2.5, 6


def on_env(env, files, **_):
    for page in [file.page for file in files.documentation_pages()]:
        page.content = page.content.replace("<pre>", '<pre data-search-exclude="true">')
    return env


@event_priority(-50)  # after the search has written its index, before archives take it
def on_post_build(config, **_):
    path = Path(config.site_dir, "search/search_index.json")
    index = json.loads(path.read_text())
    for entry in index["docs"]:
        if "#" in entry["location"]:
            entry["boost"] = FAILURE if entry["location"].startswith("failures/") else SECTION
    path.write_text(json.dumps(index, ensure_ascii=False, separators=(",", ":")))

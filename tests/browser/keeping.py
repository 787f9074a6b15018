"""What was seen of a page, kept until anything changes that a browser reads for it.

Only observations are kept: the tests judge them anew each time. In CI every page is visited.
"""

import hashlib
import os
import pickle
from contextlib import suppress
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
KEPT = ROOT / ".cache/visits"
LOOKING = [
    f"tests/browser/{name}"
    for name in ("visit.py", "look.js", "hidden.js", "still.py", "conftest.py")
]
AXE = "node_modules/axe-core/axe.min.js"
APART = ("figures", "search")  # fetched by a name that says their content, or after a key


def recall(path, key):
    """The visit that was kept under this key, if the page has one."""
    with suppress(FileNotFoundError):
        there, seen = pickle.loads(place(path).read_bytes())
        if there == key and not os.environ.get("CI"):
            return seen
    return None


def keep(path, key, seen):
    KEPT.mkdir(parents=True, exist_ok=True)
    fresh = place(path).with_suffix(".new")
    fresh.write_bytes(pickle.dumps((key, seen)))
    fresh.replace(place(path))


def forget(path):
    place(path).unlink(missing_ok=True)


def place(path):
    return KEPT / (path.strip("/").replace("/", "-") or "home")


def key_of(path, site, version):
    """A page's own text, what all pages load, the browser, and how it is looked at."""
    page = (site / path / "index.html").read_bytes()
    return hashlib.sha256(page + surroundings(site, version)).digest()


@cache
def surroundings(site, version):
    loaded = [path for path in (site / "assets").rglob("*") if path.parent.name not in APART]
    files = [path for path in sorted(loaded) if path.is_file()]
    whole = hashlib.sha256(version.encode())
    for file in (*files, *(ROOT / name for name in [*LOOKING, AXE])):
        whole.update(file.name.encode() + file.read_bytes())
    return whole.digest()

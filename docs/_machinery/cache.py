"""Executed notebooks, kept until anything changes that could change their results."""

import hashlib
import json
import os
import sys
from importlib.metadata import version

import nbformat

from build import build


def key(page, nb):
    """Fingerprint the cells and everything they may read."""
    digest = hashlib.sha256()
    cells = [(cell.cell_type, cell.source) for cell in nb.cells]
    versions = [sys.version, *(f"{name} {version(name)}" for name in ("torch", "numpy", "plotly"))]
    digest.update(json.dumps([page, cells, versions]).encode())
    for path in sorted(sources(page)):
        digest.update(f"\0{path.relative_to(build.root)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def sources(page):
    """The package, what runs cells, the lock, slow results, and data that lies beside the page."""
    machinery = build.root / "docs/_machinery"
    yield from (build.root / "gdinverse").rglob("*.py")
    yield from build.root.glob("gdinverse/*.json")
    yield from (machinery / name for name in ("execution.py", "values.py"))
    yield from machinery.glob("kernels/**/*.*")
    yield from build.root.glob("requirements.lock")
    yield from build.root.glob("benchmarks/*.json")
    yield from build.beside(page)


def load(page, key):
    path = location(page, key)
    if os.environ.get("CI") or not path.exists():
        return None
    return nbformat.read(path, as_version=4)


def store(page, key, nb):
    """Keep one run of each page, the last."""
    if os.environ.get("CI"):
        return
    path = location(page, key)
    path.parent.mkdir(parents=True, exist_ok=True)
    for stale in path.parent.glob("*.ipynb"):
        stale.unlink(missing_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}")
    nbformat.write(nb, unfinished)
    unfinished.replace(path)  # whole or not at all, whoever reads meanwhile


def location(page, key):
    return build.root / ".cache/notebooks" / page / f"{key[:32]}.ipynb"

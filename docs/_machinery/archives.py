"""Two archives to take away: all executed notebooks, and the whole site.

The notebooks lie as in the project, with the package and the data that they read, so that they run
where they are unpacked. Both archives are the same whenever their files are.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from mkdocs.plugins import event_priority

import download
from build import build

TEXTS = Path(__file__).parent / "archive"
# What a notebook needs beside itself: the package, and data from slow runs.
PROJECT = ["LICENSE", "pyproject.toml", "gdinverse/**/*.*", "benchmarks/*.json"]
ARCHIVE_LINK = re.compile(rb'<a [^>]*\.zip"[^>]*>(.*?)</a>')
FOLDER = "downloads"
OLDEST = (1980, 1, 1, 0, 0, 0)  # that the format can say


@event_priority(-100)  # after the search has written its index
def on_post_build(config, **_):
    if build.serving:  # for readers, not for those who write
        return
    site = Path(config.site_dir)
    write(site / FOLDER / "gdinverse-notebooks.zip", notebook_files())
    write(site / FOLDER / "gdinverse-site.zip", site_files(site))


def notebook_files():
    files = {"README.md": (TEXTS / "README-notebooks.md").read_bytes()}
    for pattern in PROJECT:
        for path in build.root.glob(pattern):
            if path.suffix != ".pyc":
                files[path.relative_to(build.root).as_posix()] = path.read_bytes()
    for page in build.notebooks:
        notebook = Path("docs", page)
        text = download.written(download.cleaned(page))
        files[notebook.with_suffix(".ipynb").as_posix()] = text.encode()
        for path in build.beside(page):
            files[path.relative_to(build.root).as_posix()] = path.read_bytes()
    return files


def site_files(site):
    files = {path.relative_to(site).as_posix(): to_take(path) for path in everything(site)}
    files["README.md"] = (TEXTS / "README-site.md").read_bytes()
    files["read.py"] = (TEXTS / "read.py").read_bytes()
    return files


def everything(site):
    """Files but archives, and but what only other sites ask for."""
    files = (path for path in site.rglob("*") if path.is_file() and path.suffix != ".zip")
    return [path for path in files if path.parent.name != "cards"]


def to_take(path):
    """A page loses its links to the archives: they are not in themselves."""
    content = path.read_bytes()
    return ARCHIVE_LINK.sub(rb"\1", content) if path.suffix == ".html" else content


def write(path, files):
    path.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            member = zipfile.ZipInfo(f"{path.stem}/{name}", OLDEST)
            member.external_attr = 0o644 << 16
            archive.writestr(member, files[name], zipfile.ZIP_DEFLATED, 9)

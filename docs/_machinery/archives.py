"""Two archives to take away: all executed notebooks, and the whole site.

The notebooks lie as in the project, with the package and the data that they read, so that they run
where they are unpacked. Both archives are the same whenever their files are.
"""

import zipfile
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority

import download
from build import build

TEXTS = Path(__file__).parent / "archive"
# What a notebook needs beside itself: the package, and data from slow runs.
PROJECT = ["LICENSE", "pyproject.toml", "gdinverse/**/*.*", "benchmarks/*.json"]


@event_priority(-100)  # after the search has written its index
def on_post_build(config: MkDocsConfig, **_: Any) -> None:
    if build.serving:  # for readers, not for those who write
        return
    site = Path(config.site_dir)
    files = [path for path in site.rglob("*") if path.is_file() and path.suffix != ".zip"]
    whole = {path.relative_to(site).as_posix(): path.read_bytes() for path in files}
    (site / "downloads").mkdir(exist_ok=True)
    for kind, found in {"notebooks": notebooks(), "site": whole}.items():
        found["README.md"] = (TEXTS / f"README-{kind}.md").read_bytes()
        write(site / f"downloads/gdinverse-{kind}.zip", found)


def notebooks() -> dict[str, bytes]:
    beside = [path for page in build.notebooks for path in build.beside(page)]
    taken = [*build.files(*PROJECT), *beside]
    files = {path.relative_to(build.root).as_posix(): path.read_bytes() for path in taken}
    for page in build.notebooks:
        notebook = Path("docs", page).with_suffix(".ipynb").as_posix()
        files[notebook] = download.written(download.cleaned(page)).encode()
    return files


def write(path: Path, files: dict[str, bytes]) -> None:
    """By name, and at the oldest date that the format can say."""
    with zipfile.ZipFile(path, "w") as archive:
        for name in sorted(files):
            member = zipfile.ZipInfo(f"{path.stem}/{name}")
            archive.writestr(member, files[name], zipfile.ZIP_DEFLATED, compresslevel=9)

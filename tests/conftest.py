import fcntl
import os
import shutil
from pathlib import Path

import pytest

from tests.docs.site import ROOT, build

# Executed twice, to be compared byte by byte; of the other pages only what is written about them.
TWICE = ("series/1-tensors", "theory/proof", "failures/wrong")


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The real site, built once and strictly; in CI, every page is executed for it.

    Elsewhere pages keep the results of an earlier build, if all that they read is as it was. Where
    GD_SITE names a folder, whoever is first builds it there, and others wait for it.
    """
    folder = Path(os.environ.get("GD_SITE") or tmp_path_factory.mktemp("site") / "site")
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "index.html").exists():
            built(folder, results_of(folder))
    return folder


@pytest.fixture(scope="session")
def site_again(site, tmp_path_factory):
    """The site once more: three notebooks from nothing, the others from their first results."""
    folder = tmp_path_factory.mktemp("again")
    results = shutil.copytree(results_of(site), folder / "results")
    for page in TWICE:
        (results / f"{page}.py.json").unlink()
    return built(folder / "site", results)


def results_of(folder):
    return folder.with_suffix(".results") if os.environ.get("CI") else ROOT / ".cache/results"


def built(folder, results):
    done = build(ROOT, folder, ci=False, apart=True, GD_RESULTS=str(results))
    assert done.returncode == 0, done.stdout
    return folder

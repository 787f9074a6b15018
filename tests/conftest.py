import fcntl
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.docs.site import ROOT, build


@pytest.fixture(scope="session")
def site(builds_of_the_site):
    """The real site, built once: strictly, clean, everything executed.

    Where GD_SITE names a folder, whoever is first builds it there, and others wait for it.
    """
    return builds_of_the_site["site"].result()


@pytest.fixture(scope="session")
def site_again(builds_of_the_site):
    return builds_of_the_site["site_again"].result()


@pytest.fixture(scope="session")
def builds_of_the_site(request, tmp_path_factory):
    """What the chosen tests ask for, both at a time: a build keeps one core busy."""
    chosen = {name for item in request.session.items for name in item.fixturenames}
    with ThreadPoolExecutor(2) as pool:
        yield {
            name: pool.submit(built, folder_for(name, tmp_path_factory))
            for name in ("site", "site_again")
            if name in chosen
        }


def folder_for(name, tmp_path_factory):
    shared = os.environ.get("GD_SITE") if name == "site" else None
    return Path(shared) if shared else tmp_path_factory.mktemp(name)


def built(folder):
    with (folder.parent / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "index.html").exists():
            done = build(ROOT, folder)
            assert done.returncode == 0, done.stdout
    return folder

import pytest

from tests.docs import site as sites


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The real site, built once: strictly, clean, everything executed."""
    folder = tmp_path_factory.mktemp("site")
    built = sites.build(sites.ROOT, folder)
    assert built.returncode == 0, built.stdout
    return folder


@pytest.fixture
def small(tmp_path):
    return sites.small_site(tmp_path / "small")


@pytest.fixture(scope="session")
def small_built(tmp_path_factory):
    """The reduced site with nothing planted: whatever a plant breaks is whole in it."""
    folder = sites.small_site(tmp_path_factory.mktemp("small") / "small")
    built = sites.build(folder, folder / "site")
    assert built.returncode == 0, built.stdout
    return folder

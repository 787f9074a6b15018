import pytest

from tests.docs.site import build, small_site


@pytest.fixture
def small(tmp_path):
    return small_site(tmp_path / "small")


@pytest.fixture(scope="session")
def small_built(tmp_path_factory):
    """The reduced site with nothing planted: whatever a plant breaks is whole in it."""
    folder = small_site(tmp_path_factory.mktemp("small") / "small")
    built = build(folder, folder / "site")
    assert built.returncode == 0, built.stdout
    return folder

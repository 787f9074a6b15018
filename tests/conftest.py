import pytest

from tests.docs.site import ROOT, build


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The real site, built once: strictly, clean, everything executed."""
    folder = tmp_path_factory.mktemp("site")
    built = build(ROOT, folder)
    assert built.returncode == 0, built.stdout
    return folder

"""What is kept of a visit is taken up only where a browser would see the same again."""

import pytest

from tests.browser import keeping
from tests.browser.visit import Visit


@pytest.fixture
def site(tmp_path, monkeypatch):
    monkeypatch.setattr(keeping, "KEPT", tmp_path / "kept")
    monkeypatch.delenv("CI", raising=False)
    for name in ("index.html", "a/index.html", "b/index.html", "assets/css/one.css"):
        file = tmp_path / "site" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    return tmp_path / "site"


def key(site, path="a/", version="1"):
    keeping.surroundings.cache_clear()
    return keeping.key_of(path, site, version)


def test_a_visit_comes_back_whole(site):
    keeping.keep("a/", key(site), Visit("a/", complaints=["loud"]))
    assert keeping.recall("a/", key(site)) == Visit("a/", complaints=["loud"])
    assert keeping.recall("b/", key(site)) is None


def test_what_a_test_finds_fault_with_is_seen_anew(site):
    keeping.keep("a/", key(site), Visit("a/"))
    for _ in range(2):  # the second time there is nothing to forget
        keeping.forget("a/")
        assert keeping.recall("a/", key(site)) is None


@pytest.mark.parametrize("change", ["a/index.html", "assets/css/one.css", "assets/css/two.css"])
def test_an_edit_of_what_the_page_shows_asks_for_a_new_visit(site, change):
    keeping.keep("a/", key(site), Visit("a/"))
    (site / change).write_text("edited")
    assert keeping.recall("a/", key(site)) is None


def test_an_edit_of_another_page_does_not(site):
    keeping.keep("a/", key(site), Visit("a/"))
    (site / "b/index.html").write_text("edited")
    assert keeping.recall("a/", key(site)) == Visit("a/")


def test_another_browser_and_ci_see_for_themselves(site, monkeypatch):
    keeping.keep("a/", key(site), Visit("a/"))
    assert keeping.recall("a/", key(site, version="2")) is None
    monkeypatch.setenv("CI", "1")
    assert keeping.recall("a/", key(site)) is None

"""An address that leads nowhere, at any depth: the page that answers helps on."""

import threading
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.browser.conftest import Quiet
from tests.browser.visit import axe, toggle


class Published(Quiet):
    """Answers as a web host does: with 404.html for whatever is not there."""

    def send_error(self, code, message=None, explain=None):
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(Path(self.directory, "404.html").read_bytes())


@pytest.fixture(scope="module")
def published(site):
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Published, directory=site)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(params=["nothing", "series/2-invers/deeper/still/"])
def lost(request, browser, published):
    page = browser.new_page(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    page.failed = []
    page.on("response", lambda r: r.status >= 400 and page.failed.append(r.url))
    page.goto(published + request.param)
    yield page
    page.close()


def test_everything_but_the_page_itself_is_there(lost):
    lost.wait_for_load_state("networkidle")
    assert lost.failed == [lost.url]
    assert lost.locator("h1").inner_text() == "There is no such page"


def test_the_search_takes_a_word_from_here(lost):
    lost.get_by_label("Search for a word").fill("overshoot")
    lost.keyboard.press("Enter")
    lost.wait_for_selector(".md-search-result__item")
    assert lost.locator("a.md-search-result__link[href*='#overshoot']").count() > 0


def test_each_place_that_it_names_is_there(lost):
    places = lost.locator("article li a").evaluate_all("links => links.map((a) => a.href)")
    assert len(places) == 4
    for place in places:
        assert lost.goto(place).status == 200


def test_axe_finds_no_fault_with_it(lost):
    for _ in range(2):
        assert axe(lost) == []
        toggle(lost)

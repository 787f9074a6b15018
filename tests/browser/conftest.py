"""A browser, the built site on a free port of this machine, and one visit to each page."""

import os
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.keeping import forget, keep, key_of, recall
from tests.browser.still import WATCH
from tests.browser.visit import DESK, PHONE, visit_page
from tools.browser import on_path, playwrights_own, runs

ROOT = Path(__file__).parents[2]
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-software-rasterizer",  # nor one in the place of it: no page draws by WebGL
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pages():
    """The address of every page, from the files that are its source."""
    for path in sorted((ROOT / "docs").rglob("*")):
        name = path.relative_to(ROOT / "docs")
        if path.suffix in (".md", ".py") and name.parts[0] != "_machinery":
            name = name.parent if name.stem == "index" else name.with_suffix("")
            yield "" if name == Path() else f"{name.as_posix()}/"


@pytest.fixture(scope="session")
def browser():
    chosen = os.environ.get("CHROME")
    paths = [chosen] if chosen else [*on_path(), playwrights_own()]
    chrome = next(filter(runs, paths), None)
    if chrome is None:
        pytest.fail("no browser: run these tests by `make test`, or set CHROME=/path/to/chrome")
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=chrome, args=ARGUMENTS)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="session")
def address(site):
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=site)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture
def open_page(browser, address):
    """Open a page of the site in a context of its own; what it says on the console is kept."""
    contexts = []

    def open_page(path, width=1280, **options):
        contexts.append(browser.new_context(viewport={"width": width, "height": 800}, **options))
        page = contexts[-1].new_page()
        page.complaints = []
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on(
            "console",
            lambda message: message.type == "error" and page.complaints.append(message.text),
        )
        page.goto(address + path)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def stay(browser):
    """A tab for all visits."""
    page = browser.new_context(reduced_motion="reduce").new_page()
    page.add_init_script(WATCH)
    return page


@pytest.fixture(scope="module", params=list(pages()), ids=lambda path: path or "home")
def visit(request, browser, stay, address, site):
    """Each page, read to its end once; the tests look at what was seen.

    What a test finds fault with is not kept, for it may have been the machine's.
    """
    key = key_of(request.param, site, browser.version)
    known = recall(request.param, key)
    seen = known or visit_page(stay, address, request.param)
    failed = request.session.testsfailed
    yield seen
    if request.session.testsfailed > failed:
        forget(request.param)
    elif not known:
        keep(request.param, key, seen)


@pytest.fixture(params=[PHONE, DESK])
def view(request, visit):
    """What was seen of it at one width."""
    return visit.views[request.param]

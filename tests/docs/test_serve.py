"""`mkdocs serve` while a page is written: mistakes are shown, nothing hangs, nothing is old."""

import importlib
import socket
import subprocess
import sys
import time
from unittest.mock import MagicMock
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.docs.site import ROOT, clean_environment

PAGE = "series/1-small/"


@pytest.fixture
def address(small):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = [sys.executable, "-m", "mkdocs", "serve", "--livereload", "--dirty"]
    trace = {"GD_TRACE": str(small.parent / "trace")}
    with (small.parent / "log").open("w") as log:
        server = subprocess.Popen(
            [*command, "--dev-addr", address],
            cwd=small,
            env=clean_environment() | trace,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        yield f"http://{address}/"
        server.terminate()
        server.wait(10)


@pytest.fixture
def slow(small):
    """A first cell that takes long enough for its end to be kept."""
    edit(small / "docs/series/1-small.py", "import os\n", "import os, time; time.sleep(0.5)\n")


def test_a_mistake_is_shown_until_it_is_mended(small, address):
    notebook = small / "docs/series/1-small.py"
    whole = notebook.read_text()
    assert shows(address, "In 2020 the answer was 42.")

    notebook.write_text(f"{whole}\n# %%\n1 / 0\n")
    assert shows(address, "This page does not run", "ZeroDivisionError: division by zero")

    notebook.write_text(whole.replace("$x < 1$", "$\\nonsense$ {{= series/9-none#x }}"))
    assert shows(address, "\\nonsense</code> ?.")

    notebook.write_text(whole.replace("[home]", "[nowhere](nowhere.md), the [home]"))
    assert shows(address, "nowhere</a>, the")


def test_an_edit_of_anything_is_shown_wherever_it_is_seen(small, slow, address):
    notebook, package = small / "docs/series/1-small.py", small / "gdinverse/__init__.py"
    assert shows(address, "In 2020 the answer was 42.")
    assert shows(address, "The answer is 42.", page="")

    edit(notebook, '"answer": gd.ANSWER', '"answer": gd.ANSWER + 1')
    assert shows(address, "The answer is 43.", page="")
    assert runs(small) == 1, "the cells before it ran again"

    edit(package, "42", "52")
    assert shows(address, "The answer is 53.", page="")
    assert shows(address, "<code>52")
    assert runs(small) == 2

    edit(package, "52", "42")
    assert shows(address, "<code>42")
    assert runs(small) == 3, "what a package gave that is back may be old"

    edit(small / "docs/index.md", "The answer", "The old answer")
    assert shows(address, "The old answer is 43.", "1-small", page="")
    edit(notebook, "# # Small", "# # Little")
    assert shows(address, "<h1", "Little")
    edit(small / "docs/index.md", "The old", "The new")
    assert shows(address, "The new answer is 43.", "Little", page="")
    assert runs(small) == 3


def test_a_page_that_takes_long_is_shown_meanwhile_and_comes_anew(small, address):
    assert shows(address, "In 2020 the answer was 42.")
    edit(
        small / "docs/series/1-small.py", "# %%\nvalues", "# %%\nimport time\ntime.sleep(8)\nvalues"
    )
    assert shows(address, "Not yet executed", "In 2020 the answer was 42.")
    assert shows(address, "The answer is …", page="")
    assert shows(address, "The answer is 42.", page="")
    assert "Not yet executed" not in fetch(address + PAGE)


def runs(small):
    return (small.parent / "trace").read_text().count("run")


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def shows(address, *texts, seconds=240, page=PAGE):
    """Whether the page comes to say all this, asked again and again as a browser would."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        shown = fetch(address + page)
        if all(text in shown for text in texts):
            return True
        time.sleep(0.2)
    return False


def fetch(address):
    try:
        with urlopen(address, timeout=10) as answer:
            return answer.read().decode()
    except (URLError, TimeoutError, ConnectionError):
        return ""


def test_the_pages_that_take_longest_keep_their_processes(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "docs/_machinery")
    execution = importlib.import_module("execution")
    lasting = [execution.Page(str(time), [{"seconds": time}]) for time in (9, 1, 5)]
    ended = []
    monkeypatch.setattr(execution, "KEPT", 2)
    monkeypatch.setattr(execution, "FORKS", MagicMock())
    monkeypatch.setattr(execution.FORKS, "Pipe", lambda: (MagicMock(), MagicMock()))
    monkeypatch.setattr(execution, "alive", lasting)
    monkeypatch.setattr(execution.Page, "end", lambda page: ended.append(page.name))
    execution.Page("new", []).start("root")
    assert ended == ["new", "1", "5"]

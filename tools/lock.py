"""Write requirements.lock anew: the newest versions that fit pyproject.toml, one pin a line.

Everything is installed into a fresh environment of the oldest Python that we support, and what is
there is written down. So each version runs on that Python; newer ones run it too.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
import venv
from itertools import chain
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

from tools.setup import LOCK, ROOT, pinned, step

OLDEST = (3, 11)
PYTHONS = ("3.11", "3.12", "3.13")
SYSTEMS = {"linux": "Linux", "darwin": "Darwin"}
# Declares a newer Python than it needs: its dependencies are listed in pyproject.toml instead.
TOO_STRICT = "mkdocs-jupyter"
HEADER = """\
# Every version that this project is built and tested with, on Linux and macOS, Python 3.11 to 3.13.
# Written by `make lock` from pyproject.toml; do not edit. torch keeps its version, for it moves the
# last digits of every page: `make lock TORCH=2.14.0` changes it on purpose.
"""

Versions = dict[str, str]


def main() -> None:
    if sys.version_info[:2] != OLDEST:
        sys.exit("Run with the oldest Python supported: make clean, make lock PYTHON=python3.11")
    with tempfile.TemporaryDirectory() as folder:
        python = Path(folder, "bin", "python")
        with step("creating a fresh environment"):
            venv.create(folder, with_pip=True)
        with step("installing the newest versions that fit"):
            versions = install_newest(python)
    lines = [f"{name}=={version}\n" for name, version in sorted(versions.items())]
    LOCK.write_text(HEADER + "".join(lines))
    print(f"requirements.lock: {len(lines)} packages")


def install_newest(python: Path) -> Versions:
    """Install everything; return each package's version."""
    strict, rest = split_requirements()
    install(python, "uv")
    install_cpu_torch(python)
    install(python, *rest)
    install(python, "--no-deps", "--ignore-requires-python", *strict)
    # Some packages are needed on other systems and Pythons only. They are small: pin them for all.
    while absent := required_somewhere(python) - installed(python).keys():
        install(python, "--no-deps", *sorted(absent))
    return installed(python)


def split_requirements() -> tuple[list[str], list[str]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"].values()
    everything = [*project["dependencies"], *chain.from_iterable(extras)]
    strict = [line for line in everything if Requirement(line).name == TOO_STRICT]
    rest = [line for line in everything if line not in strict]
    return strict, [line for line in rest if Requirement(line).name != "torch"]


def install_cpu_torch(python: Path) -> None:
    """Keep CUDA out: its build of torch would bring its own packages into the lock."""
    torch = f"torch=={os.environ['TORCH']}" if os.environ.get("TORCH") else pinned("torch")
    uv = [str(python.with_name("uv")), "pip", "install", "--quiet", "--python", str(python)]
    if subprocess.run([*uv, "--torch-backend", "cpu", torch]).returncode:
        install(python, torch)
    if foreign := [name for name in installed(python) if name.startswith("nvidia")]:
        sys.exit(f"{torch} came as a build for CUDA, with {foreign[0]}: no build for the CPU here.")


def install(python: Path, *arguments: str) -> None:
    command = [str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    subprocess.run([*command, *arguments], check=True)


def inspect(python: Path) -> list[dict[str, Any]]:
    report = subprocess.run([python, "-m", "pip", "inspect"], check=True, capture_output=True)
    return [package["metadata"] for package in json.loads(report.stdout)["installed"]]


def installed(python: Path) -> Versions:
    """Versions by name, without a build's local tag, which another machine may lack."""
    found = {normal(data["name"]): data["version"].split("+")[0] for data in inspect(python)}
    return {name: version for name, version in found.items() if name != "pip"}


def required_somewhere(python: Path) -> set[str]:
    """Return what the installed packages need on any system and Python that we support."""
    lines = [line for data in inspect(python) for line in data.get("requires_dist", [])]
    return {normal(need.name) for need in map(Requirement, lines) if needed_somewhere(need)}


def needed_somewhere(need: Requirement) -> bool:
    return need.marker is None or any(need.marker.evaluate(place) for place in places())


def places() -> list[dict[str, str]]:
    return [
        {
            "extra": "",
            "python_version": python,
            "python_full_version": f"{python}.0",
            "sys_platform": platform,
            "platform_system": system,
        }
        for python in PYTHONS
        for platform, system in SYSTEMS.items()
    ]


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    main()

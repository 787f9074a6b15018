"""Write requirements.lock anew: the newest versions that fit pyproject.toml, one pin a line.

uv resolves them for the oldest Python that we support, so newer ones run them too. Of the packages
that some system needs alone, all are pinned, and they are small; those of a GPU are left out. What
asks for a newer Python than it needs is resolved apart, its dependencies are in pyproject.toml.
"""

import os
import re
import subprocess
import tomllib
from itertools import chain

from packaging.requirements import Requirement

from tools.setup import BIN, LOCK, ROOT, TOO_STRICT, pinned, step

OLDEST = "3.11"
OF_A_GPU = ("nvidia-", "cuda-", "triton")
ELSEWHERE = re.compile(r"; .*(?:== 'pypy'|== 'win32')")
HEADER = """\
# Every version that this project is built and tested with, on Linux and macOS, Python 3.11 to 3.13.
# Written by `make lock` from pyproject.toml; do not edit. torch keeps its version, for it moves the
# last digits of every page: `make lock TORCH=2.14.0` changes it on purpose.
"""


def main() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = [pins for name, pins in project["optional-dependencies"].items() if name != "bench"]
    everything = [*project["dependencies"], *chain.from_iterable(extras)]
    strict = [line for line in everything if Requirement(line).name == TOO_STRICT]
    rest = [line for line in everything if Requirement(line).name not in (TOO_STRICT, "torch")]
    torch = f"torch=={os.environ['TORCH']}" if os.environ.get("TORCH") else pinned("torch")
    with step("resolving the newest versions that fit"):
        lines = {
            *resolved([*rest, torch], OLDEST, "--universal", "--fork-strategy=fewest"),
            *resolved(strict, "3.13", "--no-deps"),
        }
    LOCK.write_text(
        HEADER
        + "".join(f"{line}\n" for line in sorted(lines, key=lambda line: line.split("==")[0]))
    )
    print(f"requirements.lock: {len(lines)} packages")


def resolved(wanted: list[str], python: str, *options: str) -> list[str]:
    """Return pins without conditions, and without a build's local tag, which others may lack."""
    command = [f"{BIN}/uv", "pip", "compile", "--quiet", "--no-annotate", "--no-header", "-"]
    answer = subprocess.run(
        [*command, "--python-version", python, *options],
        input="\n".join(wanted),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    lines = [line for line in answer.stdout.splitlines() if not ELSEWHERE.search(line)]
    pins = [re.split(r" ;|\+", line)[0] for line in lines]
    return [pin for pin in pins if not pin.startswith(OF_A_GPU)]


if __name__ == "__main__":
    main()

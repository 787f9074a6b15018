"""How long whoever writes a page waits for `make serve`: for the first page, and for each edit.

    python benchmarks/serve.py

It edits a copy of the project, that has no results yet, and asks for the page as a browser would
until it shows the edit. Each line gives seconds of the clock, and seconds of processor that
everything together took; the second do not depend on what else the machine does.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[1]
SHORT, LONG, PLAIN = "series/1-tensors", "series/3-svd", "reference/notation"
UNFINISHED = "Not yet executed"
CELL = """
# %%
import gdinverse
print("mark" + "three", vars(gdinverse).get("EDITED"))
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        project = copied(Path(folder, "project"))
        address, server = served(project)
        try:
            measure(project, address, server.pid)
        finally:
            server.terminate()
            server.wait()


def copied(project: Path) -> Path:
    names = subprocess.check_output(["git", "ls-files"], cwd=ROOT, text=True).splitlines()
    for name in names:
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, project / name)
    (project / "node_modules").symlink_to(ROOT / "node_modules")
    return project


def served(project: Path) -> tuple[str, subprocess.Popen[bytes]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = [sys.executable, "-m", "mkdocs", "serve", "--livereload", "--dirty"]
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    with (project.parent / "log").open("w") as log:
        server = subprocess.Popen(
            [*command, "--dev-addr", address],
            cwd=project,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    return f"http://{address}/", server


def measure(project: Path, address: str, pid: int) -> None:
    pages = [
        path.relative_to(project / "docs").with_suffix("").as_posix().removesuffix("index")
        for path in sorted(project.glob("docs/[a-z]*/*.py"))
    ]

    def wait(what: str, page: str, done: Callable[[str], bool]) -> None:
        begin, used = time.monotonic(), processor(pid)
        while not done(fetch(f"{address}{page}/")):
            time.sleep(0.05)
        clock, used = time.monotonic() - begin, processor(pid) - used
        print(f"{clock:6.1f} s, {used:6.1f} s of processor: {what}", flush=True)

    def edit(what: str, page: str, file: str, change: Callable[[str], str], mark: str) -> None:
        path = project / file
        path.write_text(change(path.read_text()))
        wait(what, page, lambda shown: mark in shown and UNFINISHED not in shown)

    wait("the first page", PLAIN, bool)
    begin = time.monotonic()
    for page in pages:
        while UNFINISHED in fetch(f"{address}{page}/"):
            time.sleep(0.2)
    print(f"{time.monotonic() - begin:6.1f} s more, until all {len(pages)} notebooks are executed")
    edit(
        "an edit of Markdown",
        PLAIN,
        f"docs/{PLAIN}.md",
        lambda text: f"{text}\nmarkone\n",
        "markone",
    )
    for name in (SHORT, LONG):
        file = f"docs/{name}.py"
        prose, code = "\n# %% [markdown]\n# marktwo\n", CELL
        edit(f"words in {name}", name, file, lambda text, new=prose: text + new, "marktwo")
        edit(f"a cell in {name}", name, file, lambda text, new=code: text + new, "markthree")
    package = "gdinverse/__init__.py"
    change = '\nEDITED = "mark" + "four"\n'
    edit(f"the package, in {SHORT}", SHORT, package, lambda text: text + change, "markfour")


def processor(pid: int) -> float:
    """Seconds that a process and all that it started have used, as far as it can be told."""
    tree, total = {pid}, 0
    for path in sorted(Path("/proc").glob("[0-9]*/stat"), key=lambda one: int(one.parent.name)):
        try:
            number, rest = path.read_text().split(" ", 1)
        except OSError:
            continue
        fields = rest.rpartition(")")[2].split()
        if int(fields[1]) in tree or int(number) in tree:
            tree.add(int(number))
            total += sum(map(int, fields[11:15]))
    return total / os.sysconf("SC_CLK_TCK")


def fetch(address: str) -> str:
    try:
        with urlopen(address, timeout=60) as answer:
            content: bytes = answer.read()
            return content.decode()
    except (URLError, TimeoutError, ConnectionError):
        return ""


if __name__ == "__main__":
    main()

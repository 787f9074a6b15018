"""The playground's scripts as pages load them: small modules to write, few small files to fetch."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from mkdocs.structure.files import File

from build import build

FOLDER = "assets/playground/"
ENTRIES = ("loader.js", "element.js")  # the second fetched by the first, when a reader comes near
OPTIONS = [
    "--bundle",
    "--splitting",
    "--minify",
    "--format=esm",
    "--charset=utf8",
    "--loader:.css=text",
    "--chunk-names=[name]",  # without a hash, which the folder's name would be part of
    "--log-level=warning",
]
SMALLER = ["--module", "--compress", "passes=3", "--mangle"]


def bundle(files, config):
    """Put few files without comments in the place of many.

    What is imported only when a reader asks for it becomes a file of its own.
    """
    for file in [file for file in files if file.src_uri.startswith(FOLDER)]:
        files.remove(file)
    for name, script in bundled(build.root / "docs" / FOLDER):
        files.append(File.generated(config, FOLDER + name, content=script))


def bundled(modules):
    """(name, script) of what is fetched at once, and of what is fetched when asked for."""
    with tempfile.TemporaryDirectory() as folder:
        copy, out = Path(folder, "copy"), Path(folder, "out")
        shutil.copytree(modules, copy)
        style = copy / "style.css"  # goes into the script as text, which stays as it is
        style.write_text(run("esbuild", style, "--minify"))
        run("esbuild", *(copy / name for name in ENTRIES), *OPTIONS, f"--outdir={out}")
        for path in sorted(out.iterdir()):
            # It saves another thirtieth, and costs a second: nothing for those who write.
            script = path.read_text() if build.serving else run("terser", path, *SMALLER)
            yield path.name, script


def run(program, *arguments):
    done = subprocess.run(
        [build.root / "node_modules/.bin" / program, *arguments], capture_output=True, text=True
    )
    if done.returncode or done.stderr:
        build.fail(f"The playground's script: {done.stderr}")
    return done.stdout

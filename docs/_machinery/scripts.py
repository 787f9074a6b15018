"""The playground's scripts as pages load them: small modules to write, few small files to fetch."""

import subprocess
import tempfile
from pathlib import Path

from mkdocs.structure.files import File

from build import build

FOLDER = "assets/playground/"
LOADER = f"{FOLDER}loader.js"  # fetches the element when a reader comes near


def bundle(files, config):
    """Put one file without comments in the place of the element and of all that it imports.

    What it imports only when a reader asks for it becomes a file of its own.
    """
    for file in [file for file in files if file.src_uri.startswith(FOLDER)]:
        if file.src_uri != LOADER:
            files.remove(file)
    for name, script in esbuild(build.root / "docs" / FOLDER / "element.js"):
        files.append(File.generated(config, FOLDER + name, content=script))


def esbuild(entry):
    program = build.root / "node_modules/.bin/esbuild"
    with tempfile.TemporaryDirectory() as folder:
        options = ["--bundle", "--splitting", "--minify", "--format=esm", "--charset=utf8"]
        options += [f"--outdir={folder}", "--log-level=warning"]
        done = subprocess.run([program, entry, *options], capture_output=True, text=True)
        if done.returncode or done.stderr:
            build.fail(f"The playground's script: {done.stderr}")
        return [(path.name, path.read_text()) for path in sorted(Path(folder).iterdir())]

"""The playground's scripts as pages load them: small modules to write, few files to fetch."""

import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from build import build
from cells import digest

FOLDER = "assets/playground/"
ENTRIES = ("loader.js", "element.js")  # the second fetched by the first, when a reader comes near
# Names without a hash, which the folder's name would be part of.
OPTIONS = "--bundle --splitting --minify --format=esm --charset=utf8 --log-level=warning"
NAMES = ("--loader:.css=text", "--chunk-names=[name]")


def bundle(files: Files, config: MkDocsConfig) -> None:
    """Put few files in the place of many; what a reader may ask for later is one of its own."""
    for file in [file for file in files if file.src_uri.startswith(FOLDER)]:
        files.remove(file)
    folder = build.root / "docs" / FOLDER
    contents = digest(*(path.read_bytes() for path in sorted(folder.iterdir())))
    for name, script in bundled(folder, contents).items():
        files.append(File.generated(config, FOLDER + name, content=script))


@cache
def bundled(folder: Path, _: str) -> dict[str, str]:
    with TemporaryDirectory() as out:
        esbuild = build.root / "node_modules/.bin/esbuild"
        entries = [folder / name for name in ENTRIES]
        command: list[str | Path] = [esbuild, *entries, *OPTIONS.split(), *NAMES, f"--outdir={out}"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode or done.stderr:
            build.fail(f"The playground's script: {done.stderr}")
        return {path.name: path.read_text() for path in sorted(Path(out).iterdir())}

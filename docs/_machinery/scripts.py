"""The playground's script as pages load it: small modules to write, one small file to fetch."""

import subprocess

from mkdocs.structure.files import File

from build import build

FOLDER = "assets/playground/"
FETCHED = "element.js"  # by loader.js, when a reader comes near


def bundle(files, config):
    """Put one file without comments in the place of the element and of all that it imports."""
    served = f"{FOLDER}loader.js"
    for file in [file for file in files if file.src_uri.startswith(FOLDER)]:
        if file.src_uri != served:
            files.remove(file)
    script = esbuild(build.root / "docs" / FOLDER / FETCHED)
    files.append(File.generated(config, FOLDER + FETCHED, content=script))


def esbuild(entry):
    program = build.root / "node_modules/.bin/esbuild"
    options = ["--bundle", "--minify", "--format=esm", "--charset=utf8", "--log-level=warning"]
    done = subprocess.run([program, entry, *options], capture_output=True, text=True)
    if done.returncode or done.stderr:
        build.fail(f"The playground's script: {done.stderr}")
    return done.stdout

"""What the site holds beside its pages: all that they load, and nothing that they do not."""

import re
import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from build import build
from cells import digest

FAMILIES = ("source-serif-4", "source-sans-3", "source-code-pro")
# Greek apart: fetched only where such a letter stands outside math.
FONTS = """
source-serif-4-latin-400-normal source-serif-4-latin-400-italic
source-sans-3-latin-400-normal source-sans-3-latin-600-normal source-code-pro-latin-400-normal
source-sans-3-greek-400-normal source-sans-3-greek-600-normal
"""
# Which of them a page is set in, by what stands in its text; what is folded away can come later.
SET_IN = {
    "fonts/source-serif-4-latin-400-normal": "",
    "fonts/source-sans-3-latin-400-normal": "",
    "fonts/source-sans-3-latin-600-normal": "",
    "fonts/source-serif-4-latin-400-italic": "<em>",
    "fonts/source-code-pro-latin-400-normal": "<code>",
    "vendor/katex/fonts/KaTeX_Main-Regular": 'class="katex"',
    "vendor/katex/fonts/KaTeX_Math-Italic": "mathnormal",
}
FOLDED = re.compile(r"<details.*?</details>", re.DOTALL)
# From node_modules, and where to.
COPIED = {
    "plotly.js-cartesian-dist-min/plotly-cartesian.min.js": "vendor/plotly.min.js",
    "katex/LICENSE": "vendor/katex/LICENSE",
    "katex/dist/fonts/*.woff2": "vendor/katex/fonts/{}",
    **{f"@fontsource/*/files/{font}.woff2": "fonts/{}" for font in FONTS.split()},
    **{f"@fontsource/{family}/LICENSE": f"fonts/{family}-LICENSE" for family in FAMILIES},
}
# The playground's scripts: small modules to write, few files to fetch, the second when a reader
# comes near. Their names have no hash, which the folder's name would be part of.
SCRIPTS = ("loader.js", "element.js")
OPTIONS = "--bundle --splitting --minify --format=esm --charset=utf8 --log-level=warning"
NAMES = ("--loader:.css=text", "--chunk-names=[name]")
# Those modules; of the theme, maps for its developers, and word lists of other languages.
UNUSED = re.compile(r"^assets/playground/|^assets/javascripts/lunr/|\.map$")


def on_files(files: Files, config: MkDocsConfig) -> None:
    for file in [file for file in files if UNUSED.search(file.src_uri)]:
        files.remove(file)
    for pattern, target in COPIED.items():
        for path in build.files(f"node_modules/{pattern}"):
            name = f"assets/{target.format(path.name)}"
            files.append(File.generated(config, name, abs_src_path=str(path)))
    css = (build.root / "node_modules/katex/dist/katex.min.css").read_text()
    # Every browser that runs here reads woff2.
    css = re.sub(r',url\([^)]*\.(?:woff|ttf)\) format\("\w+"\)', "", css)
    written = {"vendor/katex/katex.min.css": css, **scripts(build.root / "docs/assets/playground")}
    for name, content in written.items():
        files.append(File.generated(config, f"assets/{name}", content=content))


def scripts(folder: Path) -> dict[str, str]:
    return bundled(folder, digest(*(path.read_bytes() for path in sorted(folder.iterdir()))))


@cache  # `mkdocs serve` asks for them at each edit of a page
def bundled(folder: Path, _contents: str) -> dict[str, str]:
    with TemporaryDirectory() as out:
        esbuild = build.root / "node_modules/.bin/esbuild"
        modules = [folder / name for name in SCRIPTS]
        command: list[str | Path] = [esbuild, *modules, *OPTIONS.split(), *NAMES, f"--outdir={out}"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode or done.stderr:
            build.fail(f"The playground's script: {done.stderr}")
        return {f"playground/{path.name}": path.read_text() for path in sorted(Path(out).iterdir())}


def on_env(env: Any, **_: Any) -> None:
    """Let a page's head name its fonts."""
    env.globals["fonts"] = fonts


def fonts(content: str) -> list[str]:
    text = FOLDED.sub("", content)
    return [font for font, mark in SET_IN.items() if mark in text]

"""What the site holds beside its pages: all that they load, and nothing that they do not."""

import re

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from build import build

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
# Of the theme: maps for its developers, and word lists of languages that we do not write.
UNUSED = re.compile(r"\.map$|^assets/javascripts/lunr/")


def add(files: Files, config: MkDocsConfig) -> None:
    for file in [file for file in files if UNUSED.search(file.src_uri)]:
        files.remove(file)
    modules = build.root / "node_modules"
    for pattern, target in COPIED.items():
        for path in sorted(modules.glob(pattern)):
            name = f"assets/{target.format(path.name)}"
            files.append(File.generated(config, name, abs_src_path=str(path)))
    css = (modules / "katex/dist/katex.min.css").read_text()
    # Every browser that runs here reads woff2.
    css = re.sub(r',url\([^)]*\.(?:woff|ttf)\) format\("\w+"\)', "", css)
    files.append(File.generated(config, "assets/vendor/katex/katex.min.css", content=css))


def fonts(content: str) -> list[str]:
    text = FOLDED.sub("", content)
    return [font for font, mark in SET_IN.items() if mark in text]

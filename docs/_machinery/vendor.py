"""Copies into the site what its pages load, so that no request leaves it."""

from __future__ import annotations

import re

from build import build
from mkdocs.structure.files import File

FONTS = {
    "source-serif-4": ("latin-400-normal", "latin-400-italic", "latin-600-normal",
                       "greek-400-normal"),
    "source-sans-3": ("latin-400-normal", "latin-600-normal", "greek-400-normal",
                      "greek-600-normal"),
    "source-code-pro": ("latin-400-normal", "greek-400-normal"),
}


def add(files, config):
    modules = build.root / "node_modules"
    for source, target in copies(modules):
        path = str(modules / source)
        files.append(File.generated(config, f"assets/{target}", abs_src_path=path))
    css = (modules / "katex/dist/katex.min.css").read_text()
    # Every browser that runs here reads woff2.
    css = re.sub(r',url\([^)]*\.(?:woff|ttf)\) format\("\w+"\)', "", css)
    files.append(File.generated(config, "assets/vendor/katex/katex.min.css", content=css))


def copies(modules):
    plotly = "plotly.js-cartesian-dist-min"
    yield f"{plotly}/plotly-cartesian.min.js", "vendor/plotly.min.js"
    yield "katex/LICENSE", "vendor/katex/LICENSE"
    for font in sorted((modules / "katex/dist/fonts").glob("*.woff2")):
        yield f"katex/dist/fonts/{font.name}", f"vendor/katex/fonts/{font.name}"
    for family, styles in FONTS.items():
        yield f"@fontsource/{family}/LICENSE", f"fonts/{family}-LICENSE"
        for style in styles:
            name = f"{family}-{style}.woff2"
            yield f"@fontsource/{family}/files/{name}", f"fonts/{name}"

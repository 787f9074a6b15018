"""What the site holds beside its pages: all that they load, and nothing that they do not."""

import re

from mkdocs.structure.files import File

from build import build

# Greek apart: fetched only where such a letter stands outside math.
FONTS = [
    "source-serif-4-latin-400-normal",
    "source-serif-4-latin-400-italic",
    "source-serif-4-latin-600-normal",
    "source-sans-3-latin-400-normal",
    "source-sans-3-latin-600-normal",
    "source-sans-3-greek-400-normal",
    "source-sans-3-greek-600-normal",
    "source-code-pro-latin-400-normal",
]
# Of the theme: maps for its developers, and word lists of languages that we do not write.
UNUSED = re.compile(r"\.map$|^assets/javascripts/lunr/")


def remove_unused(files):
    for file in [file for file in files if UNUSED.search(file.src_uri)]:
        files.remove(file)


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
    yield "plotly.js-cartesian-dist-min/plotly-cartesian.min.js", "vendor/plotly.min.js"
    yield "katex/LICENSE", "vendor/katex/LICENSE"
    for font in sorted((modules / "katex/dist/fonts").glob("*.woff2")):
        yield f"katex/dist/fonts/{font.name}", f"vendor/katex/fonts/{font.name}"
    for font in FONTS:
        family = re.split("-(?:latin|greek)-", font)[0]
        yield f"@fontsource/{family}/files/{font}.woff2", f"fonts/{font}.woff2"
    for family in ("source-serif-4", "source-sans-3", "source-code-pro"):
        yield f"@fontsource/{family}/LICENSE", f"fonts/{family}-LICENSE"

"""The picture that a link to a page shows elsewhere: mark, title and description, 1200 × 630.

Drawn from the site's own fonts and colors, and only where the site knows its address: whoever
shows a card asks for it by its full one.
"""

from __future__ import annotations

import html
import io
import re
from functools import cache
from itertools import groupby

from mkdocs.structure.files import File
from PIL import Image, ImageDraw, ImageFont

from build import build

WIDTH, HEIGHT, MARGIN = 1200, 630, 80
TITLE = ("source-sans-3", 600, (80, 70, 60))  # the largest that fits is taken
WORDS = ("source-serif-4", 400, (36, 32, 28))
NAME = ("source-sans-3", 600, (44,))
# In order of preference, for letters that the first one lacks.
SUBSETS = ("latin", "greek", "latin-ext")
SIGNS = "node_modules/katex/dist/fonts/KaTeX_Main-Regular.woff2"


def on_env(env, config, files, **_):
    if build.serving or not build.address:
        return env
    for page in [file.page for file in files.documentation_pages()]:
        build.page = page.file.src_uri
        name = f"assets/cards/{page.url.strip('/').replace('/', '-') or 'home'}.png"
        words = page.meta.get("description", config.site_description)
        picture = card(config.site_name, heading(page), words)
        files.append(File.generated(config, name, content=picture))
        page.meta["card"] = build.address + name
    return env


def heading(page):
    words = re.search(r"<h1[^>]*>(.*?)</h1>", page.content, re.DOTALL)[1]
    words = re.sub(r'<a class="headerlink".*?</a>', "", words)
    return html.unescape(re.sub(r"<[^>]+>", "", words)).strip()


def card(site, title, description):
    """PNG of the words, in few colors: letters need no more, and it stays small."""
    image = Image.new("RGB", (WIDTH, HEIGHT), color("bg"))
    draw = ImageDraw.Draw(image)
    image.paste(mark(72), (MARGIN, MARGIN))
    write(draw, MARGIN + 96, MARGIN + 10, [site], NAME, 44, color("text"))
    lines, size = fitted(title, TITLE, 3)
    y = write(draw, MARGIN, 222, lines, TITLE, size, color("text"))
    lines, size = fitted(description, WORDS, 4)
    write(draw, MARGIN, y + 26, lines, WORDS, size, color("muted"))
    draw.rectangle((0, HEIGHT - 12, WIDTH, HEIGHT), fill=color("measured"))
    packed = io.BytesIO()
    image.quantize(32).save(packed, "PNG", optimize=True)
    return packed.getvalue()


def mark(size):
    """The mark of the site, drawn large first so that its disks are round."""
    scale = 16
    large = Image.new("RGB", (32 * scale, 32 * scale), color("bg"))
    draw = ImageDraw.Draw(large)
    for row, y in enumerate((6.5, 16, 25.5)):
        for column, x in enumerate((6.5, 16, 25.5)):
            r = 4 if row == column else 1.9 if row < column else 1.1
            place = [scale * value for value in (x - r, y - r, x + r, y + r)]
            if row == column:
                draw.rectangle(place, fill=color("measured"))
            else:
                draw.ellipse(place, fill=color("floor"))
    return large.resize((size, size), Image.Resampling.LANCZOS)


def fitted(words, style, most):
    """The words in lines, and the largest size at which these are few enough."""
    for size in style[2]:
        lines = wrapped(words, fonts(*style[:2], size))
        if len(lines) <= most:
            return lines, size
    build.fail(f"{build.page}: too long for a card: {words}")
    return lines[:most], size


def wrapped(words, faces):
    lines = [""]
    for word in words.split():
        longer = f"{lines[-1]} {word}".strip()
        if length(longer, faces) <= WIDTH - 2 * MARGIN:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def write(draw, x, y, lines, style, size, fill):
    """Write lines below each other; return where the next one would stand."""
    faces = fonts(*style[:2], size)
    for line in lines:
        at = x
        for face, letters in runs(line, faces):
            draw.text((at, y + size), letters, fill, face, anchor="ls")
            at += face.getlength(letters)
        y += round(1.2 * size)
    return y


def length(line, faces):
    return sum(face.getlength(letters) for face, letters in runs(line, faces))


def runs(line, faces):
    """Parts of a line, each with the first font that has its letters."""
    for face, letters in groupby(line, lambda letter: face_of(letter, faces)):
        yield face, "".join(letters)


@cache
def face_of(letter, faces):
    for face in faces:
        if bytes(face.getmask(letter)) != bytes(face.getmask("\uffff")):
            return face
    build.fail(f"{build.page}: no font of the cards has {letter}")
    return faces[0]


@cache
def fonts(family, weight, size):
    files = build.root / f"node_modules/@fontsource/{family}/files"
    paths = [files / f"{family}-{subset}-{weight}-normal.woff2" for subset in SUBSETS]
    return tuple(ImageFont.truetype(str(path), size) for path in [*paths, build.root / SIGNS])


@cache
def color(role):
    tokens = (build.root / "docs/assets/css/tokens.css").read_text()
    return re.search(rf"--gd-{role}: (#\w+);", tokens)[1]  # the first: on light ground

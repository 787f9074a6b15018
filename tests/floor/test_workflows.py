"""The workflows do what `make` does, with no more power than they need.

That they are valid, and safe by zizmor's rules, is checked by gates of their own.
"""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
PATHS = sorted((ROOT / ".github" / "workflows").iterdir())
EVERY_WORKFLOW = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)


def jobs(path: Path) -> list[dict]:
    return list(yaml.safe_load(path.read_text())["jobs"].values())


def test_there_are_three_workflows():
    assert [path.name for path in PATHS] == ["ci.yml", "links.yml", "pages.yml"]


@EVERY_WORKFLOW
def test_every_action_is_named_by_its_commit_and_its_version(path):
    uses = re.findall(r"uses: (.+)", path.read_text())
    assert uses
    for action in uses:
        assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action)


@EVERY_WORKFLOW
def test_every_job_starts_with_no_permission_and_ends_in_time(path):
    assert yaml.safe_load(path.read_text())["permissions"] == {}
    for job in jobs(path):
        assert job["permissions"]
        assert job["timeout-minutes"] <= 30


@EVERY_WORKFLOW
def test_every_command_is_one_that_works_at_home(path):
    checking = [job for job in jobs(path) if "write" not in job["permissions"].values()]
    commands = [step["run"] for job in checking for step in job["steps"] if "run" in step]
    assert commands
    assert {command.partition(" >")[0] for command in commands} <= {
        *("make test", "make build", "make lock"),
        "python -m tools.links",
    }


def test_only_the_branch_of_notebooks_is_written_to():
    writing = [
        job["name"]
        for path in PATHS
        for job in jobs(path)
        if job["permissions"].get("contents") == "write"
    ]
    assert writing == ["Notebooks for Colab"]


def test_what_asks_other_hosts_cannot_write_and_what_writes_runs_nothing_of_theirs():
    ask, report = jobs(ROOT / ".github" / "workflows" / "links.yml")
    assert ask["permissions"] == {"contents": "read"}
    assert report["permissions"] == {"issues": "write"}
    assert not [step for step in report["steps"] if "uses" in step]
    assert "${{" not in report["steps"][0]["run"]


def test_the_oldest_and_the_newest_python_are_tested():
    (job,) = jobs(ROOT / ".github" / "workflows" / "ci.yml")
    assert job["strategy"]["matrix"]["python"] == ["3.11", "3.13"]
    assert job["steps"][-1]["run"] == "make test"

"""The commands say what they do, and what they lack."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = {"help", "serve", "test", "quick", "build", "lock", "clean"}


def make(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(["make", *arguments], cwd=ROOT, capture_output=True, text=True)


def test_make_alone_lists_every_command_with_what_it_does():
    listed = dict(re.findall(r"^make (\w+) +(.+)$", make().stdout, re.MULTILINE))
    assert listed.keys() == COMMANDS
    assert all(len(what) > 15 for what in listed.values())


def test_a_python_that_is_too_old_is_refused_with_the_remedy(tmp_path):
    old = tmp_path / "python"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    answer = make("ready", f"PYTHON={old}")
    assert answer.returncode != 0
    assert "Python 3.11 or newer is needed" in answer.stderr
    assert "make PYTHON=" in answer.stderr


def test_a_machine_without_python_is_told_so():
    answer = make("ready", "PYTHON=")
    assert answer.returncode != 0
    assert "none was found" in answer.stderr


def test_nothing_is_installed_twice():
    begin = make("ready")
    assert begin.returncode == 0, begin.stderr
    assert make("ready").stderr == ""


def test_ci_runs_make_test_and_nothing_else():
    script = (ROOT / ".ci" / "run").read_text()
    assert script.splitlines()[-1] == "exec make test"
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111

"""requirements.lock pins what pyproject.toml asks for, and what is installed is what it pins."""

import tomllib
from importlib.metadata import version
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
BENCHED = EXTRAS.pop("bench")  # whom a slow run compares: pinned there, and not installed
WANTED = [*PROJECT["dependencies"], *chain.from_iterable(EXTRAS.values())]
LINES = [
    line
    for line in (ROOT / "requirements.lock").read_text().splitlines()
    if not line.startswith("#")
]
PINS = {canonicalize_name(name): pin for name, _, pin in (line.partition("==") for line in LINES)}


def test_every_line_pins_one_version_and_names_no_place():
    for line in LINES:
        requirement = Requirement(line)
        assert [part.operator for part in requirement.specifier] == ["=="]
        assert requirement.url is None
        assert "+" not in line, "a local tag is one machine's build"


@pytest.mark.parametrize("wanted", WANTED)
def test_a_requirement_is_pinned_within_its_range(wanted):
    requirement = Requirement(wanted)
    assert requirement.specifier.contains(PINS[canonicalize_name(requirement.name)])


@pytest.mark.parametrize("wanted", BENCHED)
def test_a_package_that_is_compared_names_its_one_version(wanted):
    assert [part.operator for part in Requirement(wanted).specifier] == ["=="]


def test_no_package_of_a_gpu_is_pinned():
    assert [name for name in PINS if name.startswith(("nvidia", "cuda", "triton"))] == []


def test_what_is_installed_is_what_is_pinned():
    found = {name: version(name).partition("+")[0] for name in PINS}
    assert found == PINS

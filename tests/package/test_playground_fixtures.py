"""The playground's scripts against the package: fixtures that are current, programs that agree."""

import contextlib
import io
import json
import math

import pytest

from tests.playground import said_of
from tools import playground_fixtures

STATES = [
    "",
    "guess=zeros",
    "momentum=0",
    "momentum=0.99",
    "lr=6.8&momentum=0.81",
    "lr=7.3",
    "lr=1.9",
    "matrix=diagonal&guess=rand",
    "matrix=diagonal&guess=rand&lr=1.28&momentum=0.36",
    "matrix=diagonal&lr=1.91",
    "matrix=seed&seed=147&n=5&guess=rand&lr=4",
    "matrix=seed&seed=-47&n=6&guess=zeros&lr=4.2",
    "matrix=hilbert&n=4&guess=zeros&lr=2",
    "matrix=singular&guess=zeros&rung=cg",
    "matrix=singular&lr=0.3",
    "matrix=given&entries=1,2;3,4&lr=0.2",
    "matrix=given&entries=4,1,0;1,3,-1;0,-1,2&guess=rand&lr=0.4&rung=nesterov",
    "matrix=diagonal&momentum=0&rung=nesterov",
    "rung=cg",
    "matrix=seed&seed=70&n=8&guess=zeros&rung=cg",
    "rung=relative",
    "guess=self&rung=relative",
    "matrix=hilbert&n=8&rung=relative",
    "matrix=singular&rung=relative",
]


@pytest.fixture(scope="module")
def playground():
    """What the page says of each state: its program, and its title."""
    return dict(zip(STATES, said_of(STATES), strict=True))


@pytest.mark.parametrize("query", STATES)
def test_the_copied_program_prints_what_the_page_says(playground, query):
    said = playground[query]
    assert not said["complaints"]
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(said["program"], query or "default", "exec"), {})
    assert printed.getvalue().strip() == said["verdict"]


def test_the_states_end_in_all_ways(playground):
    verdicts = [said["verdict"] for said in playground.values()]
    assert verdicts[0] == "865 steps"
    assert verdicts.count("diverges") >= 3
    assert "not in 20,000 steps" in verdicts
    assert len(set(verdicts)) > 15


def test_the_fixtures_are_what_the_package_says_now():
    stored = json.loads(playground_fixtures.FIXTURES.read_text())
    now = json.loads(playground_fixtures.written(playground_fixtures.fixtures()))
    assert list(differences(stored, now)) == [], "run python -m tools.playground_fixtures"


def test_an_old_fixture_is_seen():
    stored = json.loads(playground_fixtures.FIXTURES.read_text())
    for change in (
        lambda run: run.update(first=run["first"] + 1),
        lambda run: run["measured"]["loss"].__setitem__(3, run["measured"]["loss"][3] * 1.00001),
        lambda run: run["predicted"]["step"].append(1),
        lambda run: run.pop("rate"),
    ):
        changed = json.loads(json.dumps(stored))
        change(changed["runs"][0])
        assert len(list(differences(stored, changed))) == 1
    assert list(differences(stored, stored)) == []


def differences(stored, now, where=""):
    """Where two fixtures differ by more than the rounding of another machine."""
    if isinstance(stored, dict) and isinstance(now, dict) and stored.keys() == now.keys():
        for key in stored:
            yield from differences(stored[key], now[key], f"{where}/{key}")
    elif isinstance(stored, list) and isinstance(now, list) and as_long(stored, now, where):
        for i, pair in enumerate(zip(stored, now, strict=False)):
            yield from differences(*pair, f"{where}/{i}")
    elif not same(stored, now):
        yield f"{where}: {stored} is now {now}"


def as_long(stored, now, where):
    """Rounding decides when a run on its floor ends, so a curve may have a step more or less."""
    spare = 2 if "/measured/" in where else 0
    return abs(len(stored) - len(now)) <= spare


def same(stored, now):
    if isinstance(stored, float) and isinstance(now, float):
        return math.isclose(stored, now, rel_tol=1e-6, abs_tol=1e-9)
    return stored == now

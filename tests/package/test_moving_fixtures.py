"""The moving figures' fixtures are what the package says now."""

import json

from tests.package.test_playground_fixtures import differences
from tools import moving_fixtures


def test_the_fixtures_of_the_moving_figures_are_what_the_package_says_now():
    stored = json.loads(moving_fixtures.FIXTURES.read_text())
    now = json.loads(json.dumps(moving_fixtures.fixtures()))
    assert list(differences(stored, now)) == [], "run python -m tools.moving_fixtures"

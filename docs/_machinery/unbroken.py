"""Keeps a number such as 5e-09 in one line: browsers break after its hyphen.

By an element, and not by a sign that joins: who copies the number would copy that too.
"""

from __future__ import annotations

import re
from functools import partial

from running_text import rewrite

NUMBER = re.compile(r"\d[\d.]*e-\d+")
HELD = partial(NUMBER.sub, r'<span class="gd-number">\g<0></span>')


def on_env(env, files, **_):
    for page in [file.page for file in files.documentation_pages()]:
        page.content = rewrite(page.content, by_its_own_rules, HELD)
    return env


def by_its_own_rules(name, attributes):
    """Whether an element breaks its lines otherwise, or will be replaced."""
    return name in ("pre", "svg") or "gd-formula" in attributes

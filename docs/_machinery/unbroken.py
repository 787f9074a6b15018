"""Keeps a number such as 5e-09 in one line: browsers break after its hyphen.

By an element, and not by a sign that joins: who copies the number would copy that too.
"""

import re
from functools import partial
from typing import Any

from mkdocs.structure.files import Files

from build import rendered
from running_text import rewrite

OTHERWISE = ("pre", "svg", "math")  # they break their lines by rules of their own
HELD = partial(re.compile(r"\d[\d.]*e-\d+").sub, r'<span class="gd-number">\g<0></span>')


def on_env(_env: Any, files: Files, **_: Any) -> None:
    for page in rendered(files):
        page.content = rewrite(page.content or "", lambda name, _: name in OTHERWISE, HELD)

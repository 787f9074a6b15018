"""Keeps a number such as 5e-09 in one line: browsers break after its hyphen.

By an element, and not by a sign that joins: who copies the number would copy that too.
"""

from __future__ import annotations

import re

# What is no text, is broken by its own rules, or will be replaced; or else a number.
NUMBER = re.compile(
    r'(<pre.*?</pre>|<svg.*?</svg>|<span class="gd-formula".*?</span>|<[^>]*>)|\d[\d.]*e-\d+',
    re.DOTALL,
)


def on_env(env, files, **_):
    for page in [file.page for file in files.documentation_pages()]:
        page.content = NUMBER.sub(unbroken, page.content)
    return env


def unbroken(match):
    return match[1] or f'<span class="gd-number">{match[0]}</span>'

"""Numbers that somebody typed into prose.

A decimal, an exponent, or an integer of three or more digits must be a `{{= value }}`, stand in
code or in an address, or be listed by the page as given by its author: a setting, a seed, a year.
"""

import re

import yaml

NUMBER = re.compile(
    r"(?<![\w.])(?:"
    r"10\^\{?-?\d+\}?|10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+|\d+(?:\.\d+)?e[+-]?\d+"  # exponents
    r"|\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)+|\.\d+|\d{3,})"
)
CODE = (
    r"^[ ]*(?P<fence>`{3,}|~{3,}).*?^[ ]*(?P=fence)[ ]*$"  # in blocks
    r"|(?P<tick>`+)[^`].*?(?P=tick)"  # and in lines
)
NOT_PROSE = re.compile(
    rf"{CODE}"
    r"|\{\{=.*?\}\}"  # values
    r"|\]\([^)]*\)|https?://\S+"  # addresses
    r"|<!--.*?-->|</?[a-zA-Z][^<>]*>|\{:[^}]*\}"  # markup
    r"|(?:Exercise|Figure|Section) \d+\.\d+",  # labels
    re.DOTALL | re.MULTILINE,
)


def bare_numbers(path):
    """Yield "page:line: number" for each number that has no business in prose."""
    text = path.read_text()
    if path.suffix == ".py":
        text = markdown_of(text)
    given, text = front_matter(text)
    text = text.replace("<sup>", "^")
    for number, line in enumerate(blanked(NOT_PROSE, text).splitlines(), 1):
        for found in NUMBER.findall(line):
            if found not in given:
                yield f"{path.name}:{number}: {found} is typed by hand in: {line.strip()}"


def blanked(pattern, text):
    """Take matches out, and leave each line where it was."""
    return pattern.sub(lambda match: " " + "\n" * match[0].count("\n"), text)


def markdown_of(notebook):
    """The Markdown cells and the header of a py:percent notebook, each line where it was."""
    lines, inside = [], True
    for line in notebook.splitlines():
        if line.startswith("# %%"):
            inside = "[markdown]" in line
            line = ""
        prose = inside and line.startswith("#")
        lines.append(line.removeprefix("#").removeprefix(" ") if prose else "")
    return "\n".join(lines)


def front_matter(text):
    """What the page lists as given, and the text with its metadata blanked."""
    match = re.match(r"\s*^---\n(.*?)^---$", text, re.DOTALL | re.MULTILINE)
    if not match:
        return set(), text
    given = (yaml.safe_load(match[1]) or {}).get("given", [])
    return set(map(str, given)), "\n" * match[0].count("\n") + text[match.end() :]

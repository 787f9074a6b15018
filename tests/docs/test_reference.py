"""The reference holds every public name, each once."""

import inspect
import sys
from collections import Counter
from types import ModuleType

import gdinverse
from tests.docs.html_page import html_page


def test_every_public_name_is_in_the_reference_once(site):
    pages = [html_page(path) for path in (site / "reference").rglob("*.html")]
    shown = Counter(
        canonical(resolve(heading))
        for page in pages
        for heading in page.headings
        if heading.startswith("gdinverse.")
    )
    expected = set(map(canonical, public(gdinverse)))
    assert len(expected) > 20
    assert {name for name in expected if shown[name] != 1} == set()


def public(module):
    """Functions, classes and documented methods that a module offers."""
    for name in names(module):
        value = opened(getattr(module, name))
        if isinstance(value, ModuleType):
            yield from public(value)
        elif inspect.isclass(value):
            yield value
            yield from documented_methods(value)
        elif inspect.isfunction(value):
            yield value


def opened(value):
    """The module that an object hides, as `gd.bench` does."""
    home = type(value).__module__
    return sys.modules[home] if home.startswith("gdinverse.") else value


def names(module):
    if hasattr(module, "__all__"):
        return module.__all__
    own = [n for n, value in vars(module).items() if is_of(module, value)]
    return [name for name in own if not name.startswith("_")]


def is_of(module, value):
    return getattr(value, "__module__", None) == module.__name__


def documented_methods(kind):
    for name, value in vars(kind).items():
        method = value.fget if isinstance(value, property) else value
        if inspect.isfunction(method) and method.__doc__ and not name.startswith("_"):
            borrowed = not method.__qualname__.startswith(f"{kind.__name__}.")
            yield from () if borrowed else (method,)


def resolve(dotted):
    """The object behind the anchor of a heading; a function may hide the module of its name."""
    value = gdinverse
    for name in dotted.split(".")[1:]:
        value = opened(getattr(value, name, value))
    return value.fget if isinstance(value, property) else value


def canonical(value):
    return f"{getattr(value, '__module__', '')}.{getattr(value, '__qualname__', value)}"

"""The templates: what every build asks of them, asked once, and what the theme's pages lack."""

import os
from functools import partial
from typing import Any

import jinja2
import nbconvert.exporters.templateexporter
from mkdocs.config.defaults import MkDocsConfig

# In this user's folder of temporary files; a template that has changed is compiled anew.
COMPILED = jinja2.FileSystemBytecodeCache()


class Loader(jinja2.FileSystemLoader):
    """Names no template of a hidden folder: none is rendered, and the icons are ten thousand."""

    def list_templates(self) -> list[str]:
        found = set()
        for path in map(os.fspath, self.searchpath):
            for folder, folders, names in os.walk(path):
                folders[:] = [name for name in folders if not name.startswith(".")]
                place = os.path.relpath(folder, path).replace(os.sep, "/")
                found |= {name if place == "." else f"{place}/{name}" for name in names}
        return sorted(found)


def on_config(config: MkDocsConfig) -> None:
    """Let the site's environment and that of the notebooks keep what they compile."""
    made = config.theme.get_env

    def environment() -> jinja2.Environment:
        env = made()
        env.loader, env.bytecode_cache = Loader(config.theme.dirs), COMPILED
        return env

    setattr(config.theme, "get_env", environment)
    notebooks: Any = partial(jinja2.Environment, bytecode_cache=COMPILED)
    setattr(nbconvert.exporters.templateexporter, "Environment", notebooks)


def on_post_page(output: str, **_: Any) -> str:
    """Name the search, a dialog without a name, and not its form: else each page gets the index."""
    named = output.replace('role="dialog"', 'role="dialog" aria-label="Search"')
    return named.replace('"md-search__form" name="search"', '"md-search__form"')


def on_post_template(output: str, template_name: str, **_: Any) -> str:
    return on_post_page(output) if template_name == "404.html" else output

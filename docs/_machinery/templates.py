"""What every build asks of its templates, asked once: their compiled form, and where they lie."""

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


def keep(config: MkDocsConfig) -> None:
    """Let the site's environment and that of the notebooks use it."""
    made = config.theme.get_env

    def environment() -> jinja2.Environment:
        env = made()
        env.loader, env.bytecode_cache = Loader(config.theme.dirs), COMPILED
        return env

    setattr(config.theme, "get_env", environment)
    notebooks: Any = partial(jinja2.Environment, bytecode_cache=COMPILED)
    setattr(nbconvert.exporters.templateexporter, "Environment", notebooks)

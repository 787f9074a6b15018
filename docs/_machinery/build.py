"""What the hooks know about the build in progress."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from mkdocs.livereload import LiveReloadServer
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from nbformat import NotebookNode

log = logging.getLogger("mkdocs.gdinverse")


@dataclass
class Build:
    """One build of the site: where it is, what for, what ran in it and what is wrong with it."""

    root: Path = Path()
    serving: bool = False
    repository: str = ""  # "owner/name" on GitHub, where it has such a home
    address: str = ""  # of the published site, if it is known
    page: str = ""
    server: LiveReloadServer | None = None
    notebooks: dict[str, NotebookNode] = field(default_factory=dict)
    searched: dict[str, str] = field(default_factory=dict)  # a page with a formula's signs once
    failures: list[str] = field(default_factory=list)

    def files(self, *patterns: str) -> list[Path]:
        """The project's files, without what Python made of them."""
        found = (path for pattern in patterns for path in self.root.glob(pattern))
        return sorted(path for path in found if path.suffix != ".pyc")

    def beside(self, page: str) -> list[Path]:
        """The data that lies beside a page, for its cells to read."""
        files = (self.root / "docs" / page).parent.iterdir()
        return [path for path in files if path.is_file() and path.suffix not in (".py", ".md")]

    def fail(self, message: str) -> None:
        """Say what is wrong, and go on: one build shows all that is. Then hooks.py ends it."""
        self.failures.append(message)
        log.error(message)

    def show_again(self, *_: object) -> None:
        """As MkDocs does when a file has changed, of whose watching it says nothing to plugins."""
        if server := self.server:
            with server._rebuild_cond:
                server._want_rebuild = True
                server._rebuild_cond.notify_all()


def rendered(files: Files) -> Iterator[Page]:
    """The pages of this build; `mkdocs serve --dirty` leaves out what did not change."""
    for file in files.documentation_pages():
        if file.page and file.page.content is not None:
            build.page = file.src_uri
            yield file.page


# One for all hooks: what a hook holds itself, another that imports it does not see.
build = Build()

"""What the hooks know about the build in progress."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.exceptions import PluginError

if TYPE_CHECKING:
    from concurrent.futures import Future

    from nbformat import NotebookNode

log = logging.getLogger("mkdocs.gdinverse")


@dataclass
class Build:
    """One build of the site: where it is, what for, and the notebooks that ran in it."""

    root: Path = Path()
    serving: bool = False
    repository: str = ""  # "owner/name" on GitHub, where it has such a home
    address: str = ""  # of the published site, if it is known
    page: str = ""
    started: dict[str, Future] = field(default_factory=dict)  # pages that run already
    notebooks: dict[str, NotebookNode] = field(default_factory=dict)

    def beside(self, page: str) -> list[Path]:
        """The data that lies beside a page, for its cells to read."""
        files = (self.root / "docs" / page).parent.iterdir()
        return [path for path in files if path.is_file() and path.suffix not in (".py", ".md")]

    def fail(self, message: str) -> None:
        """Stop the build. `mkdocs serve` goes on instead: it would hang until the next edit."""
        if not self.serving:
            raise PluginError(message)
        log.error(message)


# One per process: mkdocs loads hooks anew for each build, the modules beside them only once.
build = Build()

"""Building sites, and copies of a reduced site in which to plant mistakes."""

import multiprocessing
import os
import re
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]

SMALL_PACKAGE = {
    "gdinverse/__init__.py": "ANSWER = 42\n",
    # Everything that a page's kernel asks of the package, without waiting for torch.
    "gdinverse/figures.py": "import plotly.io as pio\n\npio.templates['gdinverse'] = {}\n\n\n"
    "def svg(figure):\n    return '<svg></svg>'\n",
}
SMALL_PAGES = {
    "docs/index.md": "# Home\n\nThe answer is {{= series/1-small#answer : d }}.\n\n"
    "## It is {{= series/1-small#answer }}\n",
    "docs/series/1-small.py": """# ---
# given: [2020]
# ---

# %% [markdown]
# # Small
#
# In 2020 the answer was {{= 40 + 2 : d }}. The [end](#the-end), the [home](../index.md#home).

# %%
import os
import plotly.graph_objects as go
import gdinverse as gd

if "GD_TRACE" in os.environ:
    open(os.environ["GD_TRACE"], "a").write("run\\n")
print(gd.ANSWER)

# %%
figure = go.Figure(go.Scatter(y=[1, 2]), {"title_text": "Two is more than one"})
figure.update_layout(meta={"alt": "A line from 1 to 2.", "caption": "Up."})

# %% [markdown]
# ## The end
# Math: $x < 1$.

# %%
values = {"answer": gd.ANSWER}
""",
}


def build(root, site, *, ci=True, strict=True, apart=False, **environment):
    """Run `mkdocs build --strict` as a reader would; return its status and what it printed.

    In a fork of this process, which has imported what takes long, or apart, from the beginning.
    """
    command = ["mkdocs", "build", "--site-dir", str(site), *["--strict"] * strict]
    variables = clean_environment() | ({"CI": "1"} if ci else {}) | environment
    with tempfile.TemporaryFile("w+") as said:
        if apart:
            command = [sys.executable, "-m", *command]
            done = subprocess.run(command, cwd=root, env=variables, stdout=said, stderr=said)
            status = done.returncode
        else:
            warm()
            fork = multiprocessing.get_context("fork").Process(
                target=mkdocs, args=(command, root, variables, said.fileno())
            )
            fork.start()
            fork.join()
            status = fork.exitcode
        said.seek(0)
        return subprocess.CompletedProcess(command, status, said.read())


@cache
def warm():
    """Import what takes longest, and let it compile what it compiles at its first use."""
    import bs4
    import IPython.core.interactiveshell  # noqa: F401
    import mkdocs_jupyter.plugin  # noqa: F401
    import nbformat

    nbformat.validate(nbformat.v4.new_notebook())
    bs4.BeautifulSoup("", "html.parser").select("a[href]:not(.b)")


def mkdocs(command, root, variables, output):
    """Become that command, for the processes that it starts as well."""
    import mkdocs.__main__ as main

    sys.modules["__main__"] = main
    for stream in (1, 2):
        os.dup2(output, stream)
    sys.stdout = sys.stderr = os.fdopen(1, "w", buffering=1)
    os.environ.clear()
    os.environ |= variables
    os.chdir(root)
    sys.argv = command
    main.cli()


def clean_environment():
    """The caller's variables without those that change a site."""
    ours = ("CI", "GD_", "GITHUB_", "PYTHONPATH")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | {"NO_MKDOCS_2_WARNING": "1"}


def small_site(folder):
    """Write a site of two pages with our own mkdocs.yml and machinery."""
    shutil.copytree(
        ROOT / "docs/_machinery", folder / "docs/_machinery", ignore=shutil.ignore_patterns("__*")
    )
    shutil.copytree(ROOT / "docs/assets", folder / "docs/assets")
    (folder / "node_modules").symlink_to(ROOT / "node_modules")
    (folder / "mkdocs.yml").write_text(reduced((ROOT / "mkdocs.yml").read_text()))
    for name, text in (SMALL_PACKAGE | SMALL_PAGES).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def add_to_nav(folder, pages):
    """Name further pages in the settings of a small site."""
    config = folder / "mkdocs.yml"
    first = "  - index.md\n"
    config.write_text(
        config.read_text().replace(first, first + "".join(f"  - {page}\n" for page in pages))
    )


def reduced(settings):
    """Leave out the reference and the home page's drawing: both need the real package."""
    nav = "nav:\n  - index.md\n  - series/1-small.py\n"
    settings, navs = re.subn(r"^nav:\n(?: .*\n)+", nav, settings, flags=re.MULTILINE)
    settings, plugins = re.subn(
        r"^  - mkdocstrings:\n(?:    .*\n)+", "", settings, flags=re.MULTILINE
    )
    assert navs == plugins == 1
    # Nor does it need what takes long to import.
    settings, imports = re.subn(r", torch\._dynamo", "", settings)
    assert imports == 1
    return settings

"""Ask every external address that the project names whether it is still there.

Runs once a week in .github/workflows/links.yml, and never in `make test`: what other hosts do is
no fault of a change. Prints the addresses that are gone as a list in Markdown.
"""

import re
import subprocess
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from tools.setup import ROOT

# An address may hold a pair of parentheses, and does not end with the sentence.
WITHIN = r"[^\s()<>\[\]\"'`{}]"
ADDRESS = rf"https?://(?:{WITHIN}|\([^\s()]*\))*(?:(?![.,;:!?*]){WITHIN}|\([^\s()]*\))"
READ = ("README.md", "CONTRIBUTING.md", "CITATION.cff", "docs/*.md", "docs/*.py", "gdinverse/*.py")
NOT_READ = "docs/_machinery/"  # its addresses are templates
OURS = re.compile(r"https?://(?:127\.0\.0\.1|localhost)\b")
# The host is there, and wants a person or less haste: publishers answer programs so.
RELUCTANT = {401, 403, 405, 429}
TRIES = 3
HEADERS = {"User-Agent": "Mozilla/5.0 (compatible; link check)", "Accept": "*/*"}


def main() -> None:
    places = addresses(tracked())
    with ThreadPoolExecutor(8) as pool:
        answers = dict(zip(places, pool.map(problem, places), strict=True))
    broken = {address: answer for address, answer in answers.items() if answer}
    for address, answer in sorted(broken.items()):
        print(f"- <{address}>: {answer}; in {', '.join(sorted(places[address]))}")
    print(f"{len(places)} addresses asked, {len(broken)} broken", file=sys.stderr)
    sys.exit(bool(broken) or not places)


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--", *READ], cwd=ROOT, check=True, capture_output=True, text=True
    )
    names = listed.stdout.splitlines()
    return [ROOT / name for name in names if not name.startswith(NOT_READ)]


def addresses(files: Iterable[Path]) -> dict[str, set[str]]:
    """Every external address, without its anchor, and the files that name it."""
    found: dict[str, set[str]] = {}
    for file in files:
        for address in re.findall(ADDRESS, file.read_text()):
            if not OURS.match(address):
                found.setdefault(address.partition("#")[0], set()).add(file.name)
    return found


def problem(address: str, pause: float = 5.0) -> str:
    """Say what is wrong with an address; nothing if one of a few tries finds it."""
    answer = ""
    for attempt in range(TRIES):
        time.sleep(pause * attempt)
        try:
            with urlopen(Request(address, headers=HEADERS), timeout=30):
                return ""
        except HTTPError as error:
            if error.code in RELUCTANT:
                return ""
            answer = f"{error.code} {error.reason}"
        except (URLError, HTTPException, OSError, ValueError) as error:
            answer = str(getattr(error, "reason", error))
    return answer


if __name__ == "__main__":
    main()

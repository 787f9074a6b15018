"""What the project says of itself is said once, or says the same everywhere."""

import re
import tomllib

import yaml

from tests.docs.site import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text())
CITE = (ROOT / "docs/about/cite.md").read_text()


def test_the_page_cites_what_the_citation_file_says():
    fields = dict(re.findall(r"^  (\w+) += \{+(.+?)\}+,?$", CITE, re.MULTILINE))
    year = re.search(r"Copyright \(c\) (\d{4}) (.+)", (ROOT / "LICENSE").read_text())
    assert fields == {
        "author": CITATION["authors"][0]["name"],
        "title": CITATION["title"],
        "version": CITATION["version"],
        "license": CITATION["license"],
        "year": year[1],
    }
    sentence = "{author} ({year}). {title}. Version {version}.".format(**fields)
    assert f"> {sentence}\n" in CITE
    assert year[2] == fields["author"]


def test_citation_package_and_changelog_name_one_version():
    assert CITATION["version"] == PROJECT["version"]
    assert CITATION["license"] == PROJECT["license"]
    changelog = (ROOT / "docs/about/changelog.md").read_text()
    newest = re.search(r"^## ([\d.]+)", changelog, re.MULTILINE)
    assert newest[1] == PROJECT["version"]

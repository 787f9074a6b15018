"""A reader with a status finds its causes."""

import re

import pytest

from gdinverse import Status
from tests.docs.html_page import html_page

PAGE = "reference/why-did-it-not-converge/index.html"


@pytest.mark.parametrize("status", Status, ids=lambda status: status.name)
def test_every_status_has_a_section_that_produces_it(site, status):
    source = (site / PAGE).read_text()
    section = re.search(rf'<h2 id="{status.name}">.*?(?=<h2 |</article>)', source, re.DOTALL)
    printed = " ".join(re.sub(r"<[^>]+>", " ", section[0]).split())
    assert f"Result({status.name} after" in printed
    assert str(status).partition(":")[0] in printed


def test_the_reference_of_the_statuses_leads_there(site):
    links = html_page(site / "reference/runs/index.html").links
    assert "../why-did-it-not-converge/" in links

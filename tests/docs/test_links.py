"""The weekly check of external links, tried against a host of this machine."""

import subprocess
import sys
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.docs.site import ROOT
from tools import links

asked = Counter()


class Host(BaseHTTPRequestHandler):
    def do_GET(self):
        asked[self.path] += 1
        late = self.path == "/late" and asked[self.path] < 3
        status = 503 if late else int(self.path[1:]) if self.path[1:].isdigit() else 200
        self.send_response(status)
        if status == 301:
            self.send_header("Location", "/moved")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def host():
    with ThreadingHTTPServer(("127.0.0.1", 0), Host) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize("path", ["/here", "/301", "/403", "/429", "/late"])
def test_what_is_there_or_only_reluctant_is_no_problem(host, path):
    assert links.problem(host + path, pause=0) == ""


@pytest.mark.parametrize(("path", "answer"), [("/404", "404"), ("/410", "410"), ("/500", "500")])
def test_what_is_gone_is_named_after_three_tries(host, path, answer):
    assert links.problem(host + path, pause=0).startswith(answer)
    assert asked[path] == links.TRIES


def test_a_host_that_does_not_answer_is_a_problem():
    assert "refused" in links.problem("http://127.0.0.1:1/", pause=0)


def test_addresses_are_found_whole_and_once_with_their_files(tmp_path):
    one, other = tmp_path / "one.md", tmp_path / "other.py"
    one.write_text("[A](https://a.org/x_(y)), <https://b.org/c?d=1>. At http://127.0.0.1:8000.\n")
    other.write_text('# See https://a.org/x_(y)#part.\nhref="https://{host}/z"\n')
    assert links.addresses([one, other]) == {
        "https://a.org/x_(y)": {"one.md", "other.py"},
        "https://b.org/c?d=1": {"one.md"},
    }


def test_the_project_names_addresses_and_none_of_a_template():
    found = links.addresses(links.tracked())
    assert len(found) > 10
    assert not [address for address in found if "{" in address or "127.0.0.1" in address]


def test_broken_addresses_are_listed_and_end_in_failure(host, monkeypatch, capsys):
    found = {f"{host}/here": {"a.md"}, f"{host}/404": {"b.md", "a.md"}}
    monkeypatch.setattr(links, "addresses", lambda files: found)
    monkeypatch.setattr(links, "TRIES", 1)
    with pytest.raises(SystemExit) as ended:
        links.main()
    assert ended.value.code == 1
    assert capsys.readouterr().out == f"- <{host}/404>: 404 Not Found; in a.md, b.md\n"


def test_the_check_needs_the_standard_library_alone():
    """The workflow installs nothing for it."""
    code = "import sys; sys.path.insert(0, '.'); import tools.links"
    subprocess.run([sys.executable, "-I", "-S", "-c", code], cwd=ROOT, check=True)

"""What a cell prints, shows and raises comes as a notebook has it, in order."""

import json
import subprocess
import sys

import pytest

from tests.docs.site import clean_environment

# A process in the place of a page's own, without the pipe.
RUN = """
import json, sys
sys.path[:0] = ["", "docs/_machinery"]
import kernel

page = kernel.shell()
print(json.dumps([kernel.run(page, cell) for cell in sys.argv[1:]]), file=sys.__stdout__)
"""


@pytest.fixture
def outputs(small):
    def run(*cells):
        command = [sys.executable, "-c", RUN, *cells]
        said = subprocess.check_output(command, cwd=small, env=clean_environment(), text=True)
        return json.loads(said)

    return run


def test_outputs_come_in_the_order_in_which_they_were_made(outputs):
    cell = "print('one', end='')\nprint('', 'two')\ndisplay(3)\nprint('four')\ndisplay(5)\n6"
    quiet, found = outputs("import sys\nprint(7, file=sys.stderr)\n7;", cell)
    assert quiet == []  # what stderr says is found in its file
    assert found == [
        {"output_type": "stream", "name": "stdout", "text": "one two\n"},
        {"output_type": "display_data", "data": {"text/plain": "3"}, "metadata": {}},
        {"output_type": "stream", "name": "stdout", "text": "four\n"},
        {"output_type": "display_data", "data": {"text/plain": "5"}, "metadata": {}},
        {
            "output_type": "execute_result",
            "data": {"text/plain": "6"},
            "metadata": {},
            "execution_count": 2,
        },
    ]


def test_an_error_keeps_its_traceback_after_what_was_printed_before_it(outputs):
    ((printed, error), (wrong,), after) = outputs("print('so')\n1 / 0", "1 +", "8")
    assert printed["text"] == "so\n"
    assert (error["ename"], error["evalue"]) == ("ZeroDivisionError", "division by zero")
    assert any("1" in line and "In[1]" in line for line in error["traceback"])
    assert wrong["ename"] == "SyntaxError"
    assert [one["data"] for one in after] == [{"text/plain": "8"}]

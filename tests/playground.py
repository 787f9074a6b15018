"""What the playground's scripts say of a state, asked of node."""

import json
import subprocess

from tools.setup import BIN, ROOT

ASKED = """
const core = await import(process.argv[1]);
const said = JSON.parse(process.argv[2]).map((query) => {
  const { state, complaints } = core.readState(query);
  const steps = 20_000;
  const run = core.simulate(core.problem(state), { ...state, steps });
  return { program: core.python(state), verdict: core.verdict(run, steps), complaints };
});
console.log(JSON.stringify(said));
"""


def said_of(queries):
    """For each query its program, its verdict as a link's title says it, and its complaints."""
    core = ROOT / "docs/assets/playground/core.js"
    command = [BIN / "node", "--input-type=module", "--eval", ASKED, core, json.dumps(queries)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)

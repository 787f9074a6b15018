/** A state as a program that uses the package, and prints what the page says. */

const MATRICES = {
  random2020: () => "M = gd.matrices.random_2020()",
  diagonal: () => "M = gd.matrices.diagonal_2020()",
  seed: ({ seed, n }) => `torch.manual_seed(${seed})\nM = torch.rand(${n}, ${n}).double()`,
  hilbert: ({ n }) => `M = gd.matrices.hilbert(${n})`,
  singular: () =>
    `M = torch.tensor(${written([
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 9],
    ])}, dtype=torch.float64)`,
  given: ({ entries }) => `M = torch.tensor(${written(entries)}, dtype=torch.float64)`,
};

const written = (rows) => `[${rows.map((row) => `[${row.join(", ")}]`).join(", ")}]`;

const GUESSES = {
  self: () => ["", "M"],
  zeros: () => ["", '"zeros"'],
  rand: () => ["torch.manual_seed(314)\nguess = torch.rand(len(M), len(M)).double()\n", "guess"],
  transpose: () => ["", '"transpose"'],
};

const METHODS = {
  momentum: ({ lr, momentum }) => `torch.optim.SGD, lr=${lr}, momentum=${momentum}`,
  // torch accepts Nesterov's form with some momentum only, and without any it is plain descent.
  nesterov: (state) => METHODS.momentum(state) + (state.momentum > 0 ? ", nesterov=True" : ""),
  cg: () => "gd.ConjugateGradient",
  relative: () => "gd.RelativeGradient, scaled=False",
};

/** The program of a state. */
export function python(state) {
  const [drawn, guess] = GUESSES[state.guess]();
  return `import torch, gdinverse as gd

${MATRICES[state.matrix](state)}
${drawn}problem = gd.Inverse(M, guess=${guess})
answer, errors = gd.inv(M).value, []
result = gd.minimize(
    problem, ${METHODS[state.rung](state)},
    tolerance=1e-6, max_steps=20_000, finish=False,
    callback=lambda step, problem: errors.append(torch.dist(problem.X.detach(), answer)),
)
steps = int(gd.rates.first_below(torch.stack(errors), 1e-6 * answer.norm()))
if steps >= 0:
    print(f"{steps:,} steps")
else:
    print("diverges" if result.status is gd.Status.diverged else "not in 20,000 steps")
`;
}

# ---
# title: The Sylvester equation
# description: >-
#   A X + X B = C by gradient descent: a linear problem whose matrix nobody writes down, the run with
#   two answers, and the proof.
# given: [100, 300, 2010]
# ---

# %% [markdown]
# # The Sylvester equation
#
# A system forgets by $x' = A x$, and noise of covariance $N$ pushes it. How far does it stray in the long
# run? Its covariance $X$ solves $A X + X A^\top = -N$, an equation of **Lyapunov**. With two matrices,
# $A X + X B = C$, it is **Sylvester's**.
# {: .gd-lead }

# %%
import torch

import gdinverse as gd

g = torch.Generator().manual_seed(0)
A = torch.tensor([[-1.0, 2.0], [-2.0, -0.5]], dtype=torch.float64)
N = torch.eye(2, dtype=torch.float64)
result = gd.solve_lyapunov(A, -N)
result.plot()

# %%
X = result.value
spread = torch.linalg.eigvalsh(X)
unstable = gd.solve_lyapunov(A + torch.eye(2), -N)
signs = torch.linalg.eigvalsh(unstable.value)
print("stable  ", [f"{x:.3f}" for x in spread.tolist()])
print("unstable", [f"{x:.3f}" for x in signs.tolist()])
assert result.converged
assert unstable.converged
assert spread.min() > 0 > signs.min()

# %% [markdown]
# The eigenvalues of $X$ are the variances along its axes. They are positive because $A$ is stable:
# Lyapunov's theorem. Push $A$ beyond stability, and the equation still has a solution, which is no
# covariance.

# %%
real = torch.linalg.eigvals(A + torch.eye(2)).real.max().item()
assert real > 0 > torch.linalg.eigvals(A).real.max()

# %% [markdown]
# ## By hand {: #by-hand }
#
# The equation is linear, so the loss is a quadratic in the entries of $X$. Its matrix has $n^2$ rows, and
# descent does not need it written down.

# %%
shape = (100, 4, 4)
P, B, C = (
    torch.randn(shape, generator=g, dtype=torch.float64) for _ in range(3)
)
eye = torch.eye(4, dtype=torch.float64)
P, B = P + 4 * eye, B + 4 * eye
size = torch.linalg.matrix_norm(P, 2) + torch.linalg.matrix_norm(B, 2)
lr = 8 / size**2  # half of the largest that is certainly stable

X = torch.nn.Parameter(torch.zeros(shape, dtype=torch.float64))
for _ in range(2000):
    loss = (P @ X + X @ B - C).square().mean((-2, -1))
    (gradient,) = torch.autograd.grad(loss.sum(), X)
    X.data -= lr[:, None, None] * gradient
answer = gd.solve_sylvester(P, B, C)
assert answer.converged.all()
off = torch.linalg.matrix_norm(X.detach() - answer.value)
off = off / torch.linalg.matrix_norm(answer.value)
right = int((off < 1e-4).sum())
print(f"right within 1e-4: {right} of 100")

# %% tags=["figure"]
fig = gd.figures.figure(
    f"After 2,000 steps {right} of 100 are right to 1e-4, the worst to {off.max().item():.0e}",
    x="equations, sorted",
    y="relative error",
    x_range=(-2, 101),
    y_range=(1e-17, 1e-2),
    caption="Plain descent, each with half of the learning rate that is certainly stable.",
    alt=f"Sorted errors from {off.min().item():.0e} to {off.max().item():.0e}.",
)
gd.figures.line(fig, [0, 100], [1e-4, 1e-4], "limit")
gd.figures.dots(fig, range(100), off.sort().values.clamp(min=1e-17), "c1")
fig

# %% [markdown]
# Descent has {{= right }} of 100 right in `2,000` steps. The loss of a linear problem has one valley, so there
# is no other answer to end on. Unless the valley has a flat floor:

# %% [markdown]
# ## The loss is zero and the answer is not one {: #wrong }
#
# Let an eigenvalue of $A$ be the negative of one of $B$. Then $A X + X B = 0$ has a solution other than 0,
# and to any answer a multiple of it can be added.

# %%
flat = torch.diag(torch.tensor([1.0, 2.0, 3.0, 4.0])).double()
D = torch.diag(torch.tensor([-1.0, 5.0, 6.0, 7.0])).double()
target = flat @ C[0] + C[0] @ D  # so it has a solution
ends, answers = [], []
for start in (torch.zeros(4, 4), torch.ones(4, 4)):
    X = start.double().requires_grad_()
    for _ in range(1500):
        loss = (flat @ X + X @ D - target).square().mean()
        (gradient,) = torch.autograd.grad(loss, X)
        X.data -= 0.12 * gradient
    answers.append(X.detach())
    ends.append((loss.item(), X[0, 0].item()))
    print(f"loss {ends[-1][0]:.0e}, first entry {ends[-1][1]:.3f}")
undecided = gd.solve_sylvester(flat, D, target)
print(undecided.status.name, undecided.error_bound.item())
assert max(loss for loss, _ in ends) < 1e-12
assert ends[0][1] == 0 < ends[1][1] == 1
assert undecided.status is gd.Status.undecided

# %% tags=["figure"]
first, second = answers
between = (second - first).abs()
assert between[0, 0] == 1
assert between.flatten()[1:].max() < 1e-6
largest = max(first.abs().max(), second.abs().max())
fig = gd.figures.figure(
    "Two answers of loss zero: one entry is what it was at the start",
    x="",
    y="",
    caption="Blue is positive, orange negative.",
    alt="Three grids of 4 × 4: the answer from zero, the answer from ones, and their difference, "
    "which is one in the first entry and zero elsewhere.",
)
shown = {"from 0": first, "from 1": second}
shown = {name: X / largest for name, X in shown.items()}
gd.figures.grids(fig, shown | {"difference": second - first})
fig

# %% [markdown]
# Two starts, two losses of zero, two answers. The entry that makes the difference keeps the value that it had
# at the start: no gradient reaches it. The proof refuses, and the status says `undecided`.

# %% [markdown]
# ## Prediction {: #step }
#
# $X \mapsto A X + X B$ has singular values, and they decide every curve, as on
# [the page about the curve](../series/2b-curve.py). The package's step is of rung two, conjugate gradients;
# the curve of plain descent is predicted here from the matrix with $n^2$ rows.

# %%
K = torch.kron(P[0], eye) + torch.kron(eye, B[0].mT.contiguous())
problem = gd.Sylvester(P[0], B[0], C[0])
run = gd.minimize(
    problem, torch.optim.SGD, lr=float(lr[0]), tolerance=1e-6, max_steps=20_000
)
U, sigma, Vh = torch.linalg.svd(K)
at_answer = U.mT @ C[0].flatten()
left = (1 - 2 * lr[0] * sigma**2 / 16).abs()
steps = torch.arange(len(run.history.loss))[:, None]
predicted = ((left**steps) * at_answer).square().mean(-1)
early = run.history.loss > 1e-10 * run.history.loss[0]
differ = (run.history.loss / predicted - 1).abs()[early].max().item()
conjugate = answer.steps[0].item()
assert differ < 1e-6

# %% tags=["figure"]
fig = gd.figures.figure(
    "Sixteen singular values tell the whole curve",
    x="step",
    y="loss",
    x_range=(0, int(early.sum())),
    y_range=(1e-10 * float(predicted[0]), 2 * float(predicted[0])),
    caption="One of the hundred, by plain descent. Dashed: predicted.",
    alt=f"The loss of {int(early.sum())} steps of plain descent, and its prediction, which differs "
    f"from it by {differ:.0e} at most.",
)
kept = range(int(early.sum()))
gd.figures.line(
    fig, kept, run.history.loss[early], "measured", "measured", wide=True
)
gd.figures.line(fig, kept, predicted[early], "predicted", "predicted")
fig

# %% [markdown]
# Measured and predicted losses differ by {{= differ : .0e }} at most, relative. Conjugate gradients take
# {{= conjugate }} steps for the whole answer.

# %% [markdown]
# ## The bound {: #bound }
#
# As one system the matrix is $K = A \otimes I + I \otimes B^\top$. An approximate inverse $P$ of it with
# $r = \lVert I - P K \rVert < 1$ turns what is missing, $E = C - A X - X B$, into
#
# $$\lVert X - X_* \rVert \le \frac{\lVert P \,\mathrm{vec}\, E \rVert}{1 - r} ,$$
#
# as in Rump (2010), section 10. It needs the large matrix after all, so the proof ends at 300 entries.

# %%
library = torch.linalg.solve(K, C[0].flatten()).reshape(4, 4)
exact = answer.value[0]
difference = ((library - exact).norm() / exact.norm()).item()
worst = answer.error_bound.max().item()
assert worst < 1.2e-16

# %% [markdown]
# All answers are proven to {{= worst : .0e }}. Solving with $K$ in float64 is {{= difference : .0e }} off on the
# first.
#
# Back to [the atlas](index.py).

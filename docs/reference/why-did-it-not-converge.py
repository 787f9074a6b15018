# ---
# title: Why did it not converge?
# description: >-
#   What each status of a run means, its causes in order of likelihood, how to tell which one it is,
#   and what to change. Every status is produced live.
# given: [2020, "0.9", "0.8"]
# ---

# %% [markdown]
# # Why did it not converge?
#
# A run ends with a status, and a status is a sentence. Here is each, with its likely causes, a check
# for each, and what to change.
# {: .gd-lead }
#
# One function asks each result:

# %%
from textwrap import fill

import torch

import gdinverse as gd

M = gd.matrices.random_2020()
S = torch.arange(1.0, 10.0, dtype=torch.float64).reshape(3, 3)
SGD = torch.optim.SGD


def tell(result, name):
    """What a run of one matrix says of itself."""
    print(result)
    print(fill(str(result.status), 76))
    assert result.status.name == name


# %% [markdown]
# | status | in one line |
# |---|---|
# | [converged](#converged) | the bound is below the tolerance |
# | [floor](#floor) | rounding stops it above the tolerance |
# | [singular](#singular) | the matrix has no inverse |
# | [indefinite](#indefinite) | the matrix is not positive definite |
# | [undecided](#undecided) | nothing could be proven |
# | [vanishing](#vanishing) | the answer is 0, so it has no relative error |
# | [diverged](#diverged) | the loss grew without end |
# | [stalled](#stalled) | the optimizer stopped moving |
# | [out_of_steps](#out_of_steps) | `max_steps` came first |
# | [overflow](#overflow) | the answer does not fit |
# | [not_finite](#not_finite) | the input holds nan or inf |
#
# An exception instead? See [before the first step](#before-the-first-step).
#
# In a batch each matrix has its own status; `result[i]` is as if it had run alone.

# %%
batch = gd.inv(torch.stack([torch.eye(3, dtype=torch.float64), S]))
names = [status.name for status in batch.status]
print(names, batch[1], sep="\n")
assert names == ["converged", "singular"]

# %% [markdown]
# ## converged {: #converged }

# %%
tell(gd.inv(M), "converged")

# %% [markdown]
# The relative error is at most `result.error_bound`: [proven](../theory/proof.py), not estimated. The
# loss alone never decides this. Without a `tolerance` you get the last digit of the dtype.

# %% [markdown]
# ## floor {: #floor }

# %%
single = gd.inv(M.float(), optimizer=SGD, lr=0.9, momentum=0.9)
tell(single, "floor")

# %% [markdown]
# Something is proven, `result.error_bound`, but less than you asked for.
#
# 1. *You asked for the last digit of an optimizer that cannot deliver it.* Optimizers of
#    torch stop where $X M - I$ is all rounding. Check: the bound is a small multiple of
#    $\kappa\varepsilon$. Change: pass a `tolerance` above the bound, or `finish=True`, which corrects the
#    last iterate in doubled precision.
# 2. *It is float32.* Check: `M.dtype`. Change: `M.double()`. On a curve it is
#    [a level](../failures/level.py#float32-floor).
# 3. *The matrix is nearly singular.* Check: $\kappa\varepsilon$ is near one, and `gd.inv` without an
#    `optimizer` says `floor` too. Change: accept the bound, by a `tolerance` above it.

# %%
eps = torch.finfo(torch.float32).eps
share = single.error_bound.item() / (torch.linalg.cond(M).item() * eps)
print(f"bound / (κ ε) = {share:.1f}")
settings = {"optimizer": SGD, "lr": 0.9, "momentum": 0.9}
print(gd.inv(M.float(), tolerance=1e-5, **settings))
print(gd.inv(M.float(), finish=True, **settings))
print(gd.inv(M, tolerance=1e-9, **settings))
assert 0.1 < share < 20

# %% [markdown]
# And the third cause, the Hilbert matrix with eleven rows:

# %%
H = gd.matrices.hilbert(11)
hard = gd.inv(H)
print(f"κ ε = {torch.linalg.cond(H) * torch.finfo(H.dtype).eps:.1e}")
tell(hard, "floor")
assert hard.error_bound < 1e-12

# %% [markdown]
# ## singular {: #singular }

# %%
result = gd.inv(S)
tell(result, "singular")
print("witness ", *(f"{x:.4f}" for x in result.witness))
print(f"distance {result.distance:.1e}")
assert (S @ result.witness).abs().max() < 1e-14

# %% [markdown]
# There is no inverse, or none that your digits could tell from infinitely large.
#
# 1. *Columns are dependent.* Check: the witness $v$ says which. $M v = 0$ is the recipe: here the
#    first column minus twice the second plus the third is zero. Change: remove the dependence, or
#    say that you want the pseudo-inverse (`gd.pinv`) or a least-squares solution (`gd.lstsq`).
# 2. *What made them independent was rounded away.* Check: the nearest singular matrix is at most
#    `result.distance` away, and that is within $n\varepsilon\lVert M \rVert$. Change: if you know that
#    there is an inverse, compute the entries in float64 from the start.
# 3. *Units.* One row in kilometers and one in nanometers is not it: `gd.inv` balances rows and
#    columns by itself before it says `singular`.
#
# How many dimensions are lost is the trace of $I - X M$ for the pseudo-inverse $X$:

# %%
lost = (torch.eye(3) - result.value @ S).trace().item()
print(f"trace(I − X M) = {lost:.6f}")
assert abs(lost - 1) < 1e-9

# %%
units = torch.diag(torch.tensor([1e12, 1.0, 1e-12])).double() @ M[:3, :3]
tell(gd.inv(units), "converged")

# %% [markdown]
# `torch.linalg.inv` may return numbers for such a matrix, with no warning:
# [they are not an inverse](../failures/wrong.py#library).

# %% [markdown]
# ## indefinite {: #indefinite }

# %%
tell(gd.sqrtm([[1.0, 2.0], [2.0, 1.0]]), "indefinite")

# %% [markdown]
# The witness $v$ has $v^\top C v$ below 0, or within rounding of it:
# [an example](../atlas/cholesky.py#bound). Change: in float32, the dtype;
# `gd.nearest_positive_semidefinite` repairs what rounding did.

# %% [markdown]
# ## undecided {: #undecided }

# %%
hopeless = gd.matrices.hilbert(13)
tell(gd.inv(hopeless), "undecided")
print(f"κ ε = {torch.linalg.cond(hopeless) * 2.0**-52:.0f}")

# %% [markdown]
# No inverse could be proven, and no singular matrix was found within rounding of yours. It is a
# statement about the digits, not about the matrix.
#
# 1. *The condition number is near $1/\varepsilon$ or beyond.* Check: `torch.linalg.cond(M)` times
#    `torch.finfo(M.dtype).eps` is near one. Change: in float32, `M.double()`. In float64 you need a
#    library with more digits, or another formulation of what you want to know. Descent
#    [cannot tell such a matrix from a singular one](../failures/level.py#nearly-singular).
# 2. *A right-hand side for which less could be proven than for the matrix*, in `gd.solve` and
#    `gd.lstsq`. Check: `gd.pinv(A).status` is better. Change: as above.

# %% [markdown]
# ## vanishing {: #vanishing }

# %%
A = torch.eye(3, 2, dtype=torch.float64)
b = torch.tensor([0.0, 0.0, 1.0], dtype=torch.float64)
result = gd.lstsq(A, b)
tell(result, "vanishing")
print("value", result.value.tolist())

# %% [markdown]
# The value may be right to the last bit. A *relative* error divides by its size, and that is 0.
#
# 1. *The right-hand side is orthogonal to every column of $A$*, so the best answer is 0. Check:
#    $A^\top b$, beside the sizes of $A$ and $b$. Change: nothing, the answer is 0. If you expected
#    another, a column is missing, such as one of ones.

# %%
print("Aᵀ b  ", (A.T @ b).tolist())
with_ones = torch.cat((A, torch.ones_like(b)[:, None]), 1)
tell(gd.lstsq(with_ones, b), "converged")

# %% [markdown]
# ## diverged {: #diverged }

# %%
h = gd.Inverse(M).modes().curvature
limit = gd.rates.lr_limit(h, momentum=0.9)
lr = 1.1 * limit
tell(gd.minimize(gd.Inverse(M), SGD, lr=lr, momentum=0.9), "diverged")
print(f"lr {lr:.2f}, limit {limit:.2f}")

# %% [markdown]
# 1. *lr is above its limit*, which is $2(1 + \beta)/h_1$. Check: `gd.rates.lr_limit`, as above. In
#    your own code, without a spectrum: halve lr and look again. `gd.inv` checks SGD beforehand and
#    raises an error with the limit in it. Change: a smaller `lr`, or none, and the spectrum chooses.
#    [How it looks](../failures/climbs.py#diverges), and [how momentum moves the
#    limit](../failures/climbs.py#moved-edge).
# 2. *The guess is too far away*, for the plain relative gradient only, which squares what is wrong,
#    the large as well as the small. Check: the loss grows faster and faster, and `lr` plays no part.
#    Change: leave the guess to the optimizer. [How it looks](../failures/climbs.py#squares).
# 3. *It has not diverged.* Slightly below the limit a run first climbs and then converges. This
#    status waits until the loss has grown by $1/\varepsilon^2$. [How that
#    looks](../failures/climbs.py#climbs-first).

# %% [markdown]
# [The edge](../theory/how-fast.py#the-edge) shows how sharp the limit is.

# %% [markdown]
# ## stalled {: #stalled }

# %%
H = gd.matrices.hilbert(4)
LBFGS = torch.optim.LBFGS
early = gd.inv(H, optimizer=LBFGS, lr=1.0, tolerance_change=1e-9)
tell(early, "stalled")

# %% [markdown]
# For forty steps neither the loss nor an unknown has changed by one bit.
#
# 1. *The optimizer stopped by a rule of its own.* `LBFGS` has two, `tolerance_grad` and
#    `tolerance_change`; the second one ended this run. Check: its options. Change: leave them out
#    (`gd.inv` sets both to 0), and pass the `tolerance` that you need.
# 2. *A step is smaller than the last digit.* Check: `lr` times the gradient, beside the unknown times
#    $\varepsilon$. Change: a larger `lr`, or float64.
# 3. *Its line search finds nothing lower.* What is left of the loss is rounding. Check: the bound
#    without those options. Change: `finish=True`, which corrects the last iterate.

# %%
free = gd.inv(H, optimizer=LBFGS, lr=1.0)
enough = gd.inv(H, optimizer=LBFGS, lr=1.0, tolerance=1e-9)
finished = gd.inv(H, optimizer=LBFGS, lr=1.0, finish=True)
M32 = M.float()
crawl = gd.inv(M32, optimizer=SGD, lr=1e-9, guess=M32.T)
print(free, enough, finished, crawl, sep="\n")
assert free.error_bound < early.error_bound / 1e4
assert enough.converged & finished.converged & ~crawl.converged

# %% [markdown]
# ## out_of_steps {: #out_of_steps }

# %%
slow = gd.inv(H, optimizer=SGD, lr=0.9, momentum=0.9, max_steps=1000)
tell(slow, "out_of_steps")

# %% [markdown]
# Ask theory before you wait longer: how many steps does a factor of ten take, with your lr and
# momentum, and with the best pair?


# %%
def steps_per_digit(M, lr, momentum):
    h = gd.Inverse(M).modes().curvature
    yours = gd.rates.rate(h, lr, momentum).max()
    best = gd.rates.best(h).rate
    return [float(gd.rates.steps_per_factor(r)) for r in (yours, best)]


hilbert = steps_per_digit(H, 0.9, 0.9)
timid = steps_per_digit(M, 0.001, 0.9)
print(f"Hilbert 4, lr 0.9:   {hilbert[0]:11,.0f}, at best {hilbert[1]:6,.0f}")
print(f"matrix 1, lr 0.001:  {timid[0]:11,.0f}, at best {timid[1]:6,.0f}")
assert hilbert[1] > 10_000
assert timid[1] < 100 < timid[0]

# %% [markdown]
# 1. *The condition number is large for this optimizer.* Check: even the best pair needs thousands of
#    steps per digit. Change: a higher [rung](../theory/ladder.py), which is `gd.inv(M)` without an
#    `optimizer`. [How it looks](../failures/slow.py#ill-conditioned).
# 2. *lr is too small.* Check: the best pair needs far fewer steps than yours. Change: leave `lr` out,
#    or take half the limit. [How it looks](../failures/slow.py#tiny-step).
# 3. *The matrix is singular.* Descent goes on to the pseudo-inverse, and no bound ever proves it.
#    Check: the loss is level near $(n - \text{rank})/n^2$, as [here](../failures/level.py#singular);
#    `gd.inv(M)` says `singular`.
# 4. *The loss proves nothing here.* For `side="both"`, and for optimizers that change the loss
#    (weight decay), the loss can be zero at a wrong answer. Check: the loss is tiny and the bound is
#    `inf`. Change: `side="left"`, or no decay. [How it looks](../failures/wrong.py#zero-loss).

# %%
print(gd.inv(H))
print(gd.inv(M, optimizer=SGD, tolerance=1e-9))
level = gd.inv(S, optimizer=SGD, lr=0.01, momentum=0.9, max_steps=2000)
print(f"loss {level.history.loss[-1]:.4f}, (n − rank)/n² = {1 / 9:.4f}")
mirror = torch.diag(torch.tensor([1.0, -1.0], dtype=torch.float64))
both = gd.TwoSidedInverse(mirror, guess=M[:2, :2])
wrong = gd.minimize(both, SGD, lr=0.4, momentum=0.5, max_steps=400)
print(f"loss {wrong.history.loss[-1]:.0e}, bound {wrong.error_bound}")
assert abs(level.history.loss[-1] - 1 / 9) < 1e-3
assert wrong.history.loss[-1] < 1e-30
assert wrong.error_bound.isinf()

# %% [markdown]
# ## overflow {: #overflow }

# %%
tiny = M.float() * 1e-38
tell(gd.inv(tiny), "overflow")

# %% [markdown]
# 1. *The entries are tiny, so the inverse is huge*: beyond the largest number of the dtype. Tell:
#    `M.abs().max()`. Change: `M.double()`, or scale. $(c M)^{-1} = M^{-1}/c$, and a power of two
#    for $c$ costs no digit.

# %%
tell(gd.inv(tiny.double()), "converged")
tell(gd.inv(tiny * 2.0**100), "converged")

# %% [markdown]
# ## not_finite {: #not_finite }

# %%
broken = M.clone()
broken[1, 2] = torch.nan
tell(gd.inv(broken), "not_finite")
print("not finite at", (~broken.isfinite()).nonzero().tolist())

# %% [markdown]
# 1. *A division by zero, or a run that diverged, before this call.* Check: where the entries are.
#    Change: there, not here. Other matrices of a batch are not harmed.
#    [From inf to nan](../failures/climbs.py#nan).

# %% [markdown]
# ## Before the first step
#
# An exception is about the call, not about the numbers. It says what it saw, and what to pass instead.

# %%
calls = (
    lambda: gd.inv(M, optimizer=SGD, lr=12.0, momentum=0.9),
    lambda: gd.inv(M[:3]),
    lambda: gd.inv(M, optimizer="adam"),
)
errors = []
for call in calls:
    try:
        call()
    except (TypeError, ValueError) as error:
        errors.append(str(error))
print("\n\n".join(errors))
assert len(errors) == len(calls)

# %% [markdown]
# ## In your own loop
#
# You have no status there, only a curve. Its *shape* tells the causes apart: climbing, level, slow,
# returning. [The gallery of failures](../failures/index.py) starts from the shape. Or hand your
# problem to [`gd.minimize`](runs.md#gdinverse.minimize), and read the status here.

# %% tags=["hide"]
values = {
    "float32_bound": single.error_bound.item(),
    "hilbert_4_best": hilbert[1],
    "hilbert_11_bound": hard.error_bound.item(),
}

# ---
# title: The SVD loss crawls ever slower
# description: >-
#   A matrix without full rank in the penalty loss of 2020: why its SVD gets slower and slower, and
#   what tells a true zero from a dead value.
# given: ["0.3", "1.0", "0.9", 2020]
# ---

# %% [markdown]
# # The SVD loss crawls ever slower
#
# Your loss falls, and each factor of ten takes longer than the one before. The other failures of an
# SVD are on [a page of their own](svd.py). This one belongs to matrices without full rank.
# {: .gd-lead }

# %% tags=["figure"]
import torch

import gdinverse as gd

d = torch.linspace(-1, 1, 101)
fig = gd.figures.figure(
    f"At 0.2 the free unknown costs {0.2**2:.2f}, and the squared one {0.2**4:.4f}",
    x="the unknown",
    y="part of the loss for a value that is zero",
    log_y=False,
    x_range=(-1.1, 1.6),
    y_range=(0, 1.05),
    caption="The fourth power has no curvature at zero, and so no rate.",
    alt="Two valleys with their lowest point at zero: a parabola, and a fourth power that is flat "
    "between -0.3 and 0.3.",
)
gd.figures.line(fig, d, d**2, "c1")
gd.figures.line(fig, d, d**4, "failure")
gd.figures.label(fig, "free", 0, 0.55, "c1", anchor="center")
gd.figures.label(fig, "squared", 0.85, 0.25, "failure")
fig

# %%
import torch

import gdinverse as gd

torch.set_printoptions(sci_mode=False)


def draw(seed, *shapes):
    generator = torch.Generator().manual_seed(seed)
    return [torch.rand(s, generator=generator).double() for s in shapes]


def run(problem, steps):
    sgd = torch.optim.SGD(problem.parameters(), lr=0.3, momentum=0.9)
    losses = []
    for _ in range(steps + 1):
        losses.append(problem.backward())
        sgd.step()
    return torch.stack(losses)


# %% [markdown]
# ## Not full rank {: #rank-deficient }

# %%
generator = torch.Generator().manual_seed(0)
flat = gd.matrices.with_singular_values([2, 1, 0], generator)
guess = draw(314, (3, 3), (3,), (3, 3))
squared = gd.PenaltySVD(flat, guess=guess, penalty=1.0)
free = gd.PenaltySVD(flat, guess=guess, penalty=1.0, sigma="free")
squared_losses = run(squared, 4000)
free_losses = run(free, 1000)
answer = gd.svd(flat)
flat_bounds = gd.proof.svd_bounds(flat, *answer.value)

# %% [markdown]
# !!! failure "Symptom"
#     The loss comes to {{= squared_losses[1000] : .0e }} and then crawls: after four times as many
#     steps it is {{= squared_losses[4000] : .1e }}.
#
# This time a singular value *is* zero, and $d \to 0$ is right. But $\sigma = d^2$ makes the loss flat
# like $d^4$ there. The curvature at the answer is zero, so there is no rate: each factor of ten takes
# longer than the one before. With a free $\sigma$ the curvature is that of $\sigma$ itself.

# %% tags=["figure"]
fig = gd.figures.figure(
    f"Four times the steps, and the loss is only {squared_losses[1000] / squared_losses[4000]:.1f} "
    "times smaller",
    x="step",
    y="loss",
    x_range=(0, 4000),
    y_range=(1e-34, 1e3),
    caption="A 3×3 matrix with the singular values 2, 1 and 0; penalty 1.0, learning rate 0.3, "
    "momentum 0.9.",
    alt=f"With σ = d² the loss is {squared_losses[1000]:.0e} at step 1,000 and "
    f"{squared_losses[4000]:.1e} at step 4,000. With a free σ it is {free_losses[1000]:.0e} at step "
    "1,000.",
)
gd.figures.line(fig, range(4001), squared_losses, "failure", "d squared")
gd.figures.line(fig, range(1001), free_losses, "c1", "free")
fig

# %%
print(f"d², step 4,000    {squared_losses[4000]:.1e}")
print(f"free, step 1,000  {free_losses[1000]:.1e}")
print(answer)
print("values ", *(f"{x:.1e}" for x in answer.value.S))
print("off by ", *(f"{x:.1e}" for x in flat_bounds.values))
print("vectors", *(f"{x:.1e}" for x in flat_bounds.vectors))
assert squared_losses[4000] > 1e-12
assert free_losses[1000] < 1e-25
assert answer.converged
assert (flat_bounds.values < 1e-13).all()
assert flat_bounds.vectors[2] > 1

# %% [markdown]
# `gd.svd` finds it, with bounds. No value is off by more than
# {{= flat_bounds.values.max() : .0e }}. The vectors of the zero value have a bound above one, which
# says nothing: $u$ and $v$ of a zero are not tied to each other, and each may have either sign.
#
# !!! fix "Fix"
#     A free sign, or `gd.svd`. Read the rank from values and bounds: a value that is smaller than its
#     bound cannot be told from zero. A *dead* value looks the same in $d$; it has a
#     [level](svd.py#dead-value) in the loss, and a true zero has none.

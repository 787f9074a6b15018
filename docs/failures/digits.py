# ---
# title: The loss stops where digits end
# description: >-
#   Two levels that a number format leaves: bfloat16, which has too few digits for a residual, and
#   float32 steps that are rounded away before they move anything.
# given: ["0.9", "1e-3", "10,000", 2020]
# ---

# %% [markdown]
# # The loss stops where digits end
#
# Your code is right, and your dtype holds too few digits for it. Two levels come from that. They look
# like [other levels](level.py), and another learning rate does not move the first.
# {: .gd-lead }

# %% tags=["figure"]
import torch

import gdinverse as gd

start = gd.matrices.random_2020()
left = {}
for dtype in (torch.bfloat16, torch.float32):
    held = start.to(dtype).double()
    rounded = torch.linalg.inv(held).to(dtype).double()
    left[str(dtype)[6:]] = rounded @ held - torch.eye(4)
off = {name: R.abs().max().item() for name, R in left.items()}
assert off["bfloat16"] > 1e4 * off["float32"]
fig = gd.figures.figure(
    f"The exact inverse, rounded to bfloat16: X M is off by up to {off['bfloat16']:.1g}",
    x="",
    y="",
    caption="X M − I, drawn 50 times as strong. Nothing but the storage of X is inexact here.",
    alt="Two grids. Largest entries of X M − I: "
    + ", ".join(f"{name} {worst:.0e}" for name, worst in off.items())
    + ".",
)
gd.figures.grids(fig, {name: 50 * R for name, R in left.items()})
fig

# %% [markdown]
# | level of the loss | cause |
# |---|---|
# | about 1e-3, in bfloat16 | [too few digits](#bfloat16) |
# | on a GPU, in float32 with TF32 | [eleven digits in a product](../theory/gpu.py#tf32) |
# | [the float32 floor](level.py#float32-floor) | $X M - I$ is all rounding |
# | higher than that floor | [steps that are rounded away](#lost-steps) |

# %%
import torch

import gdinverse as gd

M = gd.matrices.random_2020()


def descend(M, steps, momentum=0.9):
    """Losses from the guess of 2020 in the dtype of M, and each X."""
    X, push, losses, path = M.clone(), torch.zeros_like(M), [], []
    for _ in range(steps + 1):
        path.append(X)
        R = X @ M - torch.eye(4, dtype=M.dtype)
        losses.append(R.square().mean().item())
        push = momentum * push + R @ M.mT / 8
        X = X - 0.9 * push
    return losses, torch.stack(path)


# %% [markdown]
# ## The loss stops near 1e-3 in bfloat16 {: #bfloat16 }

# %%
held = M.bfloat16()  # one matrix, in two dtypes
coarse, _ = descend(held, 800)
fine, _ = descend(held.float(), 800)
coarse_level = coarse[-1]

# %% [markdown]
# !!! failure "Symptom"
#     The same code stops at {{= coarse_level : .0e }} in bfloat16, and goes on to fall in float32.

# %% tags=["figure"]
fig = gd.figures.figure(
    f"bfloat16 stops at {coarse_level:.0e}, float32 is at {fine[-1]:.0e} by then",
    x="step",
    y="loss",
    x_range=(0, 800),
    y_range=(1e-14, 10),
    caption="One matrix, matrix 1 rounded to bfloat16, in two dtypes; learning rate 0.9, momentum "
    "0.9.",
    alt=f"The loss in bfloat16 stays at {coarse_level:.1e}. In float32 it falls to {fine[-1]:.0e} "
    "at step 800.",
)
gd.figures.line(fig, range(801), coarse, "failure", "bfloat16")
gd.figures.line(fig, range(801), fine, "c1", "float32")
fig

# %% [markdown]
# bfloat16 keeps eight binary digits: each product $X M$ is off by some thousandths of its terms. The
# gradient is made of $X M - I$, so it is rounding from there on. Small steps vanish besides, as
# [below](#lost-steps).

# %%
print(f"last digit of bfloat16  {torch.finfo(torch.bfloat16).eps}")
print(f"bfloat16  {coarse_level:.1e}")
print(f"float32   {fine[-1]:.1e}")
assert 1e-4 < coarse_level < 1e-2
assert fine[-1] < coarse_level / 1e6

# %% [markdown]
# !!! fix "Fix"
#     Keep $X$ and compute the residual in float32, and leave bfloat16 to what is multiplied once.
#     With `torch.autocast`, compute this loss outside of it:
#
#     ```python
#     with torch.autocast("cuda", enabled=False):
#         loss = (X.float() @ M.float() - eye).square().mean()
#     ```

# %% [markdown]
# ## The loss stops above the float32 floor: steps that are rounded away {: #lost-steps }

# %%
inverse, steps = torch.linalg.inv(M), 10_000


def errors(path):
    return (path.double() - inverse).flatten(1).norm(dim=1) / inverse.norm()


_, path32 = descend(M.float(), steps, momentum=0.0)
_, path64 = descend(M, steps, momentum=0.0)
plain32, plain64 = errors(path32[::10]), errors(path64[::10])
_, with_momentum = descend(M.float(), 1500)
floor_error = errors(with_momentum[-500:]).median().item()

# %% [markdown]
# !!! failure "Symptom"
#     In float32 the same problem gets to {{= floor_error : .0e }} with momentum, and stops at
#     {{= plain32[-1] : .0e }} without.

# %% tags=["figure"]
from_64 = (plain32[-1] / plain64[-1]).item()
fig = gd.figures.figure(
    f"Without momentum float32 ends {from_64:.0f} times farther off than float64",
    x="step",
    y="relative error",
    x_range=(0, steps),
    y_range=(1e-7, 3),
    caption="Matrix 1, plain descent with learning rate 0.9.",
    alt=f"Two lines fall together and part. After 10,000 steps the error is {plain32[-1]:.1e} in "
    f"float32 and {plain64[-1]:.1e} in float64.",
)
every_ten = range(0, steps + 1, 10)
gd.figures.line(fig, every_ten, plain64, "c1", "float64", at=8700)
gd.figures.line(fig, every_ten, plain32, "failure", "float32", at=8000)
fig

# %% [markdown]
# Near the end the step is smaller than half the last digit of the entry that it changes, and the sum
# is rounded back to where it was. With momentum 0.9 the same gradient makes a step ten times as long.

# %%
X = path32[-1]
step = 0.9 / 8 * (X @ M.float() - torch.eye(4)) @ M.float().mT
lost = ((X - step) == X).sum().item()
print(f"the next step leaves {lost} of 16 entries as they are")
print(f"error, plain: {plain32[-1]:.1e} (float64 {plain64[-1]:.1e})")
print(f"error, momentum 0.9: {floor_error:.1e}")
assert lost > 8
assert plain32[-1] > 10 * plain64[-1]
assert floor_error < plain32[-1] / 3

# %% [markdown]
# !!! fix "Fix"
#     Momentum, which is what you want [anyway](slow.py#no-momentum), or float64. A larger learning
#     rate helps too: the step is larger where the gradient is the same. In the playground float64
#     [arrives without momentum](../play.md?lr=0.9&momentum=0#playground "{{= series/2-inverse#steps_plain : ,d }} steps"), too.

# ---
# title: On a GPU
# description: >-
#   Seconds of a proven inverse on a GPU and on a CPU, what TF32 rounds away from a loss, and which
#   claims were judged there.
# given: [200, "0.9", "10^{-5}"]
# ---

# %% [markdown]
# # On a GPU
#
# A call runs where its matrix lies, `M.cuda()` or not. On one GPU we measured how long a proven inverse
# takes, and whether what is proven holds. One setting there makes a loss say zero of a wrong answer.
# {: .gd-lead }

# %% tags=["figure"]
import json
from pathlib import Path

import gdinverse as gd

measured = json.loads(Path("../../benchmarks/device.json").read_text())
alone = sorted(
    (row["n"], row)
    for row in measured["seconds"]
    if row["batch"] == 1 and row["dtype"] == "float64"
)
rows = [n for n, _ in alone]
curves = {
    "gd.inv, CPU": ("c4", "cpu_ms"),
    "gd.inv, GPU": ("measured", "device_ms"),
    "torch, CPU": ("c2", "cpu_torch_ms"),
    "torch, GPU": ("c3", "device_torch_ms"),
}
last = alone[-1][1]
fig = gd.figures.figure(
    f"{rows[-1]:,} rows: {last['device_ms']:.0f} ms on the GPU, "
    f"{last['cpu_ms'] / 1000:.0f} seconds on the CPU",
    x="rows of the matrix (log scale)",
    y="milliseconds",
    log_x=True,
    x_range=(3, 6000),
    y_range=(1e-2, 1e5),
    caption=f"gd.inv until the last digit of float64 is proven, and torch.linalg.inv. "
    f"{measured['machine']['device']}, and {measured['machine']['threads']} threads of its machine's CPU.",
    alt="; ".join(
        f"{name}: {alone[0][1][key]:.2g} ms for {rows[0]} rows, {last[key]:.3g} for {rows[-1]:,}"
        for name, (_, key) in curves.items()
    )
    + ".",
)
for name, (role, key) in curves.items():
    gd.figures.line(fig, rows, [row[key] for _, row in alone], role, name)
fig

# %% [markdown]
# !!! think "Pause to think"
#     The work is products of matrices, and a GPU is made for them. From how many rows on is it ahead?
#     And what does it wait for below that?
#
# ??? predict "An answer"
#     From some hundred rows on. Below that a call costs nearly the same whatever the size: each of its
#     many small operations has to be asked for, one after the other.
#
# ## Seconds
#
# `benchmarks/device.py` measured these one after the other; each is the median of up to seven calls.

# %%
import json
from pathlib import Path

stored = json.loads(Path("../../benchmarks/device.json").read_text())
table = {
    (row["n"], row["batch"]): row
    for row in stored["seconds"]
    if row["dtype"] == "float64"
}
print("milliseconds    gd.inv      torch's")
print("rows   batch   GPU    CPU   GPU   CPU")
for (n, batch), row in sorted(table.items()):
    ours = f"{row['device_ms']:5.0f} {row['cpu_ms']:6.0f}"
    torchs = f"{row['device_torch_ms']:5.1f} {row['cpu_torch_ms']:5.1f}"
    print(f"{n:5,} {batch:6,} {ours} {torchs}")
few, many = table[4, 1], table[4096, 1]
assert few["cpu_ms"] < few["device_ms"]
assert table[256, 1]["device_ms"] < 2 * few["device_ms"]
assert table[256, 1]["device_ms"] < table[256, 1]["cpu_ms"]
assert table[4, 1000]["device_ms"] < 2 * few["device_ms"]
assert many["cpu_ms"] > 100 * many["device_ms"]
assert all(row["proven"] == batch for (_, batch), row in table.items())
on_gpu, on_cpu = (
    many[f"{where}_ms"] / many[f"{where}_torch_ms"]
    for where in ("device", "cpu")
)

# %% [markdown]
# !!! claim "What this shows"
#     With {{= few["n"] }} rows the GPU takes {{= few["device_ms"] / few["cpu_ms"] : .0f }} times as long as the
#     CPU; with {{= many["n"] : ,d }} the CPU takes {{= many["cpu_ms"] / many["device_ms"] : .0f }} times as
#     long. There the library's inverse is {{= on_gpu : .0f }} times as fast as the proven one on the GPU,
#     and {{= on_cpu : .0f }} times on the CPU.
#
# A thousand matrices of four rows in one call take less than twice as long as one of them:

# %% tags=["figure"]
small = [table[n, batch] for n in (4, 16) for batch in (1, 1000)]
names = [f"{row['batch']:,}<br>of {row['n']}" for row in small]
times = [row["device_ms"] for row in small]
fig = gd.figures.figure(
    f"On the GPU {small[1]['batch']:,} matrices take {times[1] / times[0]:.1f} and "
    f"{times[3] / times[2]:.1f} times as long as one",
    x="",
    y="milliseconds",
    log_y=False,
    y_range=(0, 1.2 * max(times)),
    low=True,
    caption="gd.inv in float64: how many matrices in one call, and of how many rows.",
    alt="; ".join(
        f"{name.replace('<br>', ' ')} rows: {time:.1f} ms"
        for name, time in zip(names, times, strict=True)
    )
    + ".",
)
gd.figures.bars(fig, names, times, "measured", [f"{t:.0f}" for t in times])
fig

# %% [markdown]
#
# ## A loss of zero, and a wrong answer {: #tf32 }
#
# Some GPUs multiply float32 matrices faster if each entry may keep eleven binary digits in place of 24.
# The format is called TF32. torch leaves it off until you ask for it, with
# `torch.backends.cuda.matmul.allow_tf32 = True` or `torch.set_float32_matmul_precision("high")`. You need
# no GPU to see what it does to a loss. Round both factors:

# %%
import torch

import gdinverse as gd


def keep(A, digits=11):
    """Each entry rounded to so many binary digits, as TF32 does."""
    fraction, exponent = torch.frexp(A)
    rounded = (fraction * 2**digits).round() / 2**digits
    return torch.ldexp(rounded, exponent)


def loss(X, M, digits):
    off = keep(X, digits) @ keep(M, digits) - torch.eye(len(M))
    return off.square().mean().item()


eye = torch.eye(4)
X = (1 + 2**-12) * eye  # is it the inverse of I?
print(f"24 digits: loss {loss(X, eye, 24):.1e}")
print(f"11 digits: loss {loss(X, eye, 11):.1e}")
print(f"relative error {2**-12:.1e}")
assert loss(X, eye, 11) == 0 < loss(X, eye, 24)

# %% [markdown]
# The loss is zero, and the answer is wrong in its fourth decimal. A bound that takes this loss at its word
# is false.

# %% tags=["figure"]
offs = torch.logspace(-6, -2, 161)
seen = {
    digits: [loss((1 + off) * eye, eye, digits) for off in offs]
    for digits in (24, 11)
}
first = next(i for i, value in enumerate(seen[11]) if value > 0)
assert seen[11][:first] == [0.0] * first
assert 1 < offs[first] / 2**-11 < 1.1
fig = gd.figures.figure(
    f"Up to {offs[first - 1]:.1e} from the answer the loss in 11 digits is zero",
    x="relative error of X (log scale)",
    y="loss",
    log_x=True,
    x_range=(1e-6, 1e-2),
    y_range=(1e-14, 1e-2),
    caption="X is the identity and a share more. In 11 digits the loss jumps from zero and goes up "
    "in stairs.",
    alt=f"A straight line in 24 digits. In 11 digits there is nothing below {offs[first]:.1e}, where "
    f"the loss is {seen[11][first]:.0e} at once.",
)
gd.figures.line(fig, offs, seen[24], "c1", "24 digits", at=1e-5)
gd.figures.line(fig, offs[first:], seen[11][first:], "failure", "11 digits")
fig

# %% [markdown]
# Now a whole descent, in which each product rounds so:


# %%
def descend(M, digits, steps=1200):
    """Relative errors by step, learning rate 0.9, momentum 0.9."""
    inverse = torch.linalg.inv(M.double())
    X, push, errors = M.clone(), torch.zeros_like(M), []
    for _ in range(steps + 1):
        errors.append(((X - inverse).norm() / inverse.norm()).item())
        R = keep(X, digits) @ keep(M, digits) - torch.eye(len(M))
        push = 0.9 * push + keep(R, digits) @ keep(M.T, digits) / 8
        X = X - 0.9 * push
    return errors


M = gd.matrices.random_2020().float()
full, short = descend(M, 24), descend(M, 11)
print(f"24 digits: error {full[-1]:.1e}")
print(f"11 digits: error {min(short[800:]):.1e} to {max(short[800:]):.1e}")
assert min(short[800:]) > 50 * max(full[-100:])

# %% tags=["figure"]
floor = max(short[800:])
fig = gd.figures.figure(
    f"With TF32's digits descent stays up to {floor:.0e} off; float32 gets to {full[-1]:.0e}",
    x="step",
    y="relative error",
    x_range=(0, 1200),
    y_range=(1e-7, 10),
    caption="Matrix 1 in float32, and with both factors of each product rounded to 11 digits; "
    "learning rate 0.9, momentum 0.9.",
    alt=f"Two curves fall together. One ends at {full[-1]:.1e}, the other stays between "
    f"{min(short[800:]):.1e} and {floor:.1e} from step 800 on.",
)
gd.figures.line(fig, range(1201), short, "failure", "11 digits")
gd.figures.line(fig, range(1201), full, "c1", "24 digits")
fig

# %% [markdown]
# !!! fix "Fix"
#     `torch.set_float32_matmul_precision("highest")` around the loss, or float64. A call of this package
#     sets that for its own run, and sets it back.
#
# ## What was judged there
#
# A proof counts roundings, so it has to know how a machine rounds. On the GPU:

# %%
claims = sum(row["claims"] for row in stored["operations"])
proven = sum(row["proven"] for row in stored["operations"])
false = sum(row["false"] for row in stored["operations"])
names = {row["operation"] for row in stored["operations"]}
(power,) = (
    row
    for row in stored["powers of two that torch.ldexp rounds"]
    if row["dtype"] == "float64"
)
(setting,) = (
    row for row in stored["settings"] if row["setting"] == "allow_tf32"
)
unguarded = setting["false_without_guard"]
print(f"{len(names)} kinds of call, {claims:,} claims")
print(f"{proven} of them proven, {false} false")
print(f"free bounds of runs under TF32: {setting['free_bounds']}")
print(f"false {setting['false']}, and {unguarded} if TF32 is let in")
print(f"powers of 2 that torch.ldexp rounds: {power['device']}")
print(f"of {power['of']:,} in float64; on that machine's CPU {power['cpu']}")
assert false == setting["false"] == 0 < unguarded
assert stored["false"] == stored["raised"] == []
assert power["cpu"] == 0 < power["device"]

# %% [markdown]
# Each claim was held against the answer in 200 digits: an error and its bound, in float32 and float64, for
# well and badly conditioned matrices. Two findings changed the package. Inside a run it keeps
# TF32 away; let in, it made {{= unguarded }} of {{= setting["free_bounds"] }} bounds that a run shows as
# it goes false. And it writes powers of two bit by bit, because those of that GPU can be off by a digit.
#
# One machine is not all machines. Yours is judged by `python benchmarks/device.py --device cuda`.
#
# **What carries over to a network.** A loss is as exact as the products that it is made of. Where a run on a
# GPU stops higher than on your CPU, switch TF32 off before you change the learning rate.
#
# Next: [scaling before you start](scaling.py)

# %% tags=["hide"]
values = {
    "device": stored["machine"]["device"],
    "torch": stored["machine"]["torch"].split("+")[0],
    "claims": claims,
    "false": false,
    "calls": len(names),
    "few_gpu": few["device_ms"],
    "few_cpu": few["cpu_ms"],
    "many_rows": many["n"],
    "many_gpu": many["device_ms"],
    "many_cpu": many["cpu_ms"] / 1000,
}

# %% [markdown]
# ## Your turn
#
# !!! exercise "Exercise 1"
#     How many binary digits must a product keep for the loss to see that $(1 + 10^{-5})\,I$ is not the
#     inverse of $I$?

# %% tags=["solution"]
near = (1 + 1e-5) * eye
digits = next(d for d in range(8, 25) if loss(near, eye, d) > 0)
print(f"{digits} digits: half of the last one is {2.0**-digits:.1e}")
assert digits == 17

# %% [markdown]
# !!! exercise "Exercise 2"
#     Refine what descent with eleven digits leaves: compute the residual $I - X M$ in full, and add it
#     times $X$, with products of eleven digits. How far do three such steps get?

# %% tags=["solution"]
inverse, X = torch.linalg.inv(M.double()), torch.linalg.inv(M) * (1 + 1e-3)
for _ in range(3):
    R = torch.eye(4) - X @ M
    X = X + keep(R) @ keep(X)
    off = ((X - inverse).norm() / inverse.norm()).item()
    print(f"relative error {off:.1e}")
print("here the residual needs the digits,")
print("and the step that it makes does not")
assert off < 1e-5

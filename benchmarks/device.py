"""What the package does on a GPU: where results lie, whether proofs hold, and how long it takes.

python benchmarks/device.py --device cuda --seconds 200 --json device.json

prints six tables: what the proofs assume of arithmetic; each operation's claims, judged in 200
digits; each problem's bounds, far from its answer and near it; larger matrices, where two proofs
must not contradict each other; the settings that lower precision, which must change nothing; and
seconds. It fails when a bound is false or anything raises. On the CPU the settings are imitated.

It needs torch, NumPy, plotly and mpmath.
"""

import argparse
import json
import os
import platform
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from fractions import Fraction
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any
from unittest import mock

import torch
from torch import Tensor

sys.path.insert(0, str(Path(__file__).parents[1]))
try:
    import gdinverse as gd
    from tests.package import claims, families, kinds
except ModuleNotFoundError as missing:
    sys.exit(f"{missing.name} is missing: this needs numpy, plotly (with narwhals) and mpmath")
from gdinverse.proof import doubled_residual, gamma, two_sum
from gdinverse.proof.error_free import two_product
from gdinverse.proof.residual import slices
from tests.package.claims import Claim, Found, Operation
from tests.package.kinds import Kind, parts, places, scattered
from tests.package.tf32 import TF32

DTYPES = (torch.float64, torch.float32)
ENDS = {"operations": 0.35, "larger": 0.45, "settings": 0.55, "seconds": 1.0}
CPU = torch.device("cpu")


class Report:
    """What has been found so far, and how much of the time is left."""

    def __init__(self, device: torch.device, seconds: float) -> None:
        self.device, self.seconds, self.start = device, seconds, time.monotonic()
        self.tables: dict[str, list[dict[str, Any]]] = {}
        self.false: list[str] = []
        self.raised: list[str] = []
        self.differences: Counter[str] = Counter()
        self.took: dict[str, float] = {}

    def left(self, part: str) -> float:
        """Seconds until a part has to be over."""
        return self.start + ENDS[part] * self.seconds - time.monotonic()

    def add(self, table: str, **row: Any) -> None:
        """Keep a row, and show it."""
        widths = [max(len(name), 28 if isinstance(x, str) else 9) for name, x in row.items()]
        if table not in self.tables:
            heads = (f"{name:>{w}}" for name, w in zip(row, widths, strict=True))
            print(f"\n── {table}\n" + " ".join(heads))
        self.tables.setdefault(table, []).append(row)
        cells = (f"{_shown(x):>{w}}" for x, w in zip(row.values(), widths, strict=True))
        print(" ".join(cells), flush=True)

    def judge(self, what: str, claim: Claim) -> None:
        if not claim.holds:
            error = claim.error and [float(e) for e in claim.error]
            self.false.append(f"{what}: claimed {claim.bound}, off by {error}")
            print("FALSE:", self.false[-1], flush=True)

    def attempt(self, what: str, call: Callable[..., Any], *given: Any) -> Any:
        """What a call gives, or None and a line where it raises."""
        try:
            return call(*given)
        except Exception as error:  # whatever it is, it is what a user would meet
            self.raised.append(f"{what}: {type(error).__name__}: {str(error)[:200]}")
            print("RAISED:", self.raised[-1], flush=True)
            return None

    def stored(self) -> dict[str, Any]:
        """All of it, as JSON takes it."""
        return {
            "machine": machine(self.device),
            "seconds": round(time.monotonic() - self.start, 1),
            "false": self.false,
            "raised": self.raised,
            "differences": self.differences,
            "took": self.took,
            **self.tables,
        }


def _shown(x: Any) -> str:
    return "–" if x is None else f"{x:.3g}" if isinstance(x, float) else str(x)


def machine(device: torch.device) -> dict[str, Any]:
    """What was measured on."""
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else platform.machine()
    switches = {k: v for k, v in os.environ.items() if k.startswith(("CUBLAS_", "NVIDIA_TF32"))}
    versions = {"python": platform.python_version(), "torch": torch.__version__}
    threads = torch.get_num_threads()  # of the CPU, for the table of seconds
    found = {"device": name, **versions, "cuda": torch.version.cuda}
    return found | {"switches": switches, "threads": threads}


def short(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


# ── What the proofs assume ─────────────────────────────────────────────────────────────────────


def assumptions(report: Report) -> None:
    """Each is an identity, or a bound, that a proof relies on; the CPU and fractions decide."""
    for name, check in ASSUMED.items():
        worst = report.attempt(name, check, report.device)
        if worst is not None:
            report.add("what the proofs assume", assumption=name, worst=float(worst), allowed=1.0)
            if not worst <= 1:
                report.false.append(f"arithmetic: {name}: {worst:.3g} times what is allowed")


def _numbers(*shape: int) -> Tensor:
    """Of all sizes between 2⁻⁹⁰ and 2⁹⁰."""
    g = torch.Generator().manual_seed(0)
    powers = torch.randint(-90, 91, shape, generator=g).double()
    return torch.randn(shape, generator=g, dtype=torch.float64) * powers.exp2()


def _same(near: Any, far: Any) -> float:
    """0 where all numbers are the same, bit by bit; else inf."""
    pairs = zip(parts(near), parts(far), strict=True)
    return 0.0 if all(a.equal(b.cpu()) for a, b in pairs) else float("inf")


def _as_on_the_cpu(call: Callable[..., Any], *given: Tensor) -> Callable[[torch.device], float]:
    return lambda device: _same(call(*given), call(*(x.to(device) for x in given)))


def _quotients(device: torch.device) -> float:
    """By fractions, the relative error in units of 2⁻⁵³."""
    a, b = _numbers(999), _numbers(999).flip(0)
    found = (a.to(device) / b.to(device)).tolist()
    exact = [Fraction(x) / Fraction(y) for x, y in zip(a.tolist(), b.tolist(), strict=True)]
    return max(float(abs(Fraction(q) / e - 1)) for q, e in zip(found, exact, strict=True)) * 2**53


def _roots(device: torch.device) -> float:
    """The same in units of 2⁻⁵²: no bound needs more, and not every CPU gives more."""
    a = _numbers(9999).abs()
    found = zip(a.to(device).sqrt().tolist(), a.tolist(), strict=True)
    return max(float(abs(Fraction(r) ** 2 / Fraction(x) - 1)) / 2 for r, x in found) * 2**52


def _exact_products(device: torch.device) -> float:
    """Slices of one grid, whose products no summation rounds."""
    g = torch.Generator().manual_seed(1)
    worst = 0.0
    for n in (3, 64, 1000):
        bits = (53 - (n - 1).bit_length()) // 2
        left, right = (torch.rand(2, n, n, generator=g, dtype=torch.float64) * 2 - 1 for _ in "lr")
        l1, r1 = slices(left, bits)[0], slices(right, bits)[0]
        worst = max(worst, _same(l1 @ r1, l1.to(device) @ r1.to(device)))
    return worst


def _products(device: torch.device) -> float:
    """|computed − A B| as a share of γ|A||B|; for sizes that a GPU treats in different ways."""
    g = torch.Generator().manual_seed(2)
    worst = 0.0
    for shape in ((1, 5), (1, 64), (1, 512), (50, 16)):
        batch, n = shape
        A, B = (torch.randn(batch, n, n, generator=g, dtype=torch.float64) for _ in "AB")
        product = (A.to(device) @ B.to(device)).cpu()
        high, low, _ = doubled_residual(product, A, B)
        off = (high + low).abs() / (gamma(n) * (A.abs() @ B.abs()))
        worst = max(worst, float(off.max()))
    return worst


def _norms(device: torch.device) -> float:
    x = _numbers(300, 1000)
    near = x.square().sum(-1).sqrt()
    far = torch.linalg.vector_norm(x.to(device), dim=-1).cpu()
    return float(((far - near).abs() / (4 * gamma(1006) * near)).max())


EDGES = torch.tensor(
    [1e-320, 2.0**-1060, 1.5 * 2.0**-149, 2.0**-140, 1e-42, 3e38, 1.0, 0.0]
).double()
ASSUMED: dict[str, Callable[[torch.device], float]] = {
    "a sum and what it lost": _as_on_the_cpu(two_sum, _numbers(10_000), _numbers(10_000)),
    "a product and what it lost": _as_on_the_cpu(two_product, _numbers(999), _numbers(999).flip(0)),
    "a quotient, to half a last digit": _quotients,
    "a root, to a last digit": _roots,
    "exponents, subnormals too": _as_on_the_cpu(
        lambda x: torch.frexp(x).exponent, torch.cat((EDGES, _numbers(999)))
    ),
    "subnormals are no zeros": _as_on_the_cpu(lambda x: (x * 1.0, x / 2), EDGES),
    "rounding to float32": _as_on_the_cpu(
        lambda x: x.float().double(), torch.cat((EDGES, 1.3 * EDGES, _numbers(9999)))
    ),
    "products of slices are exact": _exact_products,
    "products round by γ|A||B|": _products,
    "norms round by γ": _norms,
}


def powers(report: Report) -> None:
    """How many powers of two `torch.ldexp` gets right; the package writes them bit by bit."""
    for dtype, most in zip(DTYPES, (1022, 126), strict=True):
        k = torch.arange(-most, most + 1).to(dtype)
        one = torch.ones(len(k), dtype=dtype)
        right = [
            torch.ldexp(one.to(d), k.to(d)).cpu() == 2.0 ** k.double() for d in (CPU, report.device)
        ]
        wrong = [int((~hits).sum()) for hits in right]
        report.add(
            "powers of two that torch.ldexp rounds", dtype=short(dtype), of=len(k), cpu=wrong[0],
            device=wrong[1],
        )  # fmt: skip


# ── Claims of the operations ───────────────────────────────────────────────────────────────────


class Tally:
    """What became of one operation in one dtype."""

    def __init__(self) -> None:
        self.claims = self.proven = self.false = self.raised = 0
        self.astray = self.differ = self.predicted = self.agreed = self.agreed_cpu = 0

    def row(self) -> dict[str, Any]:
        return vars(self)


def operations(report: Report) -> None:
    """One family and scale after the other, until the time is over; each once at least."""
    g, tallies = torch.Generator().manual_seed(0), {}
    names = [n for n in families.ALL for _ in range(1 + (n in families.RANDOM))]
    for k in count():
        for j, operation in enumerate(claims.OPERATIONS):
            for dtype in DTYPES:
                if k and report.left("operations") < 0:
                    break
                family = names[(7 * k + j) % len(names)]
                given = scaled(operation.inputs, family, dtype, g)
                tally = tallies.setdefault((operation.name, short(dtype)), Tally())
                compare(report, operation, family, given, tally)
        if report.left("operations") < 0:
            break
    for (name, dtype), tally in sorted(tallies.items()):
        report.add("operations", operation=name, dtype=dtype, **tally.row())


def scaled(inputs: str, family: str, dtype: torch.dtype, g: torch.Generator) -> tuple[Tensor, ...]:
    """A batch of three, at some scale that the dtype holds."""
    n = int(torch.randint(2, 6, (), generator=g))
    given = claims.draw(inputs, family, n, 3, g)
    scales = families.SCALES[dtype]
    scale = scales[int(torch.randint(len(scales), (), generator=g))]
    wide = tuple((x * scale).to(dtype) for x in given)
    usable = family != "singular" and all(x.isfinite().all() for x in wide)
    return wide if usable else tuple(x.to(dtype) for x in given)


def compare(
    report: Report, operation: Operation, family: str, given: tuple[Tensor, ...], tally: Tally
) -> None:
    """Once on the CPU, once on the device."""
    what = f"{operation.name}, {family}, {short(given[0].dtype)}"
    there = tuple(x.to(report.device) for x in given)
    near = report.attempt(f"{what}, on the CPU", operation.call, *given)
    far = report.attempt(what, operation.call, *there)
    if near is None or far is None:
        tally.raised += far is None
        return
    before = len(report.false)
    for claim in operation.claims(far, given):
        tally.claims += 1
        tally.proven += claim.proven
        report.judge(what, claim)
    tally.false += len(report.false) - before
    if report.device.type not in places(far) or len(places(far)) > 1:
        tally.astray += 1
        report.raised.append(f"{what}: lies on {sorted(places(far))}")
    if far.result is not None:
        agreement(report, what, near.result, far.result, tally)


def agreement(report: Report, what: str, near: gd.Result, far: gd.Result, tally: Tally) -> None:
    """Statuses on both sides, and how often the predicted step was the last one."""
    for a, b in zip(near.status, far.status, strict=True):
        tally.differ += a is not b
        if a is not b:
            report.differences[f"{what}: {a.name} on the CPU, {b.name} there"] += 1
    one, other = near.prediction, report.attempt(f"{what}, prediction", lambda: far.prediction)
    if one is not None and other is not None and other.steps is not None:
        counted = (other.steps >= 0).cpu() & far.converged.cpu() & near.converged
        tally.predicted += int(counted.sum())
        tally.agreed += int((counted & (other.steps == far.steps).cpu()).sum())
        tally.agreed_cpu += int((counted & (one.steps == near.steps)).sum())


# ── Bounds of the problems ─────────────────────────────────────────────────────────────────────


def problems(report: Report) -> None:
    """Every problem's bounds, with its unknowns moved by so much from the answer."""
    for kind in kinds.found():
        for dtype in DTYPES:
            report.attempt(f"{kind.__name__}, {short(dtype)}", problem, report, kind, dtype)


def problem(report: Report, kind: Kind, dtype: torch.dtype) -> None:
    given = kind.example((2,), dtype).given
    far = [g.to(report.device) for g in given]
    known = {}
    if issubclass(kind, gd.LeastSquares):
        known = {"pseudo_inverse": torch.linalg.pinv(far[0])}
    there, proven, before = kind(*far, **known), 0, len(report.false)
    sizes = (1e-1, 1e-3, 1e-5, 1e-7, 0.0)
    for size in sizes:
        there.to_answer()
        scattered(there, size)
        value, losses = there.value(), there().detach()
        quick = there.quick_bound(losses)[0]
        for what, bound in (("tight", there.error_bound()), ("free", quick)):
            shown = bound if what == "tight" else torch.where(quick < 1, quick, torch.inf)
            for claim in judged(kind, value, shown, given):
                proven += claim.proven
                report.judge(f"{kind.__name__}, {short(dtype)}, {what}, off by {size}", claim)
    false = len(report.false) - before
    report.add("problems", problem=kind.__name__, dtype=short(dtype), proven=proven, false=false)


def judged(kind: Kind, value: Any, bound: Tensor, given: tuple[Tensor, ...]) -> Iterator[Claim]:
    pick, error = claims.judge_of(kind)
    return Operation("", "", lambda: None, error).claims(Found(pick(value), bound, None), given)


# ── Larger matrices ────────────────────────────────────────────────────────────────────────────


def well(n: int, *batch: int) -> Tensor:
    """Of a condition number near 10."""
    g = torch.Generator().manual_seed(n)
    noise = torch.randn(*batch, n, n, generator=g, dtype=torch.float64)
    return torch.eye(n).double() + 0.3 * noise / n**0.5


def definite(n: int) -> Tensor:
    return well(n) @ well(n).mT


LARGER: dict[str, tuple[Callable[..., gd.Result], Callable[[int], Any], int]] = {
    "inv": (gd.inv, lambda n: (well(n),), 1024),
    "solve": (gd.solve, lambda n: (well(n), well(n)[:, :1]), 1024),
    "pinv": (gd.pinv, lambda n: (well(n)[:, : n - 5],), 256),
    "lstsq": (gd.lstsq, lambda n: (well(n)[:, : n - 5], well(n)[:, :1]), 256),
    "polar": (gd.polar, lambda n: (well(n),), 256),
    "qr": (gd.qr, lambda n: (well(n),), 256),
    "sqrtm": (gd.sqrtm, lambda n: (definite(n),), 256),
    "cholesky": (gd.cholesky, lambda n: (definite(n),), 256),
    "svd": (gd.svd, lambda n: (well(n),), 256),
    "eigh": (gd.eigh, lambda n: (definite(n),), 256),
}


def larger(report: Report) -> None:
    """CPU and device both prove something of one answer: the proofs must not exclude each other."""
    for n in (64, 256, 1024):
        for name, (call, make, most) in LARGER.items():
            for dtype in DTYPES:
                if n <= most and (n == 64 or report.left("larger") > 0):
                    given = tuple(x.to(dtype) for x in make(n))
                    what = f"{name}, n = {n}, {short(dtype)}"
                    report.attempt(what, meet, report, what, call, given)


def meet(
    report: Report, what: str, call: Callable[..., gd.Result], given: tuple[Tensor, ...]
) -> None:
    near, far = call(*given), call(*(x.to(report.device) for x in given))
    b, c = float(near.error_bound), float(far.error_bound)
    apart = max(_apart(*pair) for pair in zip(*(_told(r.value) for r in (near, far)), strict=True))
    report.add(
        "larger", what=what, cpu=near.status.name, device=far.status.name,
        cpu_bound=b, device_bound=c, apart=apart,
    )  # fmt: skip
    if apart * (1 - b) > (b + c) * (1 + 1e-12):
        report.false.append(f"{what}: {apart} apart, and the bounds are {b} and {c}")


def _told(value: Any) -> tuple[Tensor, ...]:
    """What an error bound is about: of a decomposition the numbers alone."""
    numbers = getattr(value, "S", getattr(value, "eigenvalues", None))
    return parts(value) if numbers is None else (numbers,)


def _apart(near: Tensor, far: Tensor) -> float:
    """‖difference‖/‖near‖, Frobenius, or the largest entries of vectors of numbers."""
    order = float("inf") if near.dim() == 1 else 2
    off, size = (x.double().flatten() for x in (far.cpu().double() - near.double(), near))
    return float(torch.linalg.vector_norm(off, order) / torch.linalg.vector_norm(size, order))


# ── Settings that lower precision ──────────────────────────────────────────────────────────────


@contextmanager
def setting(place: Any, name: str, value: Any) -> Iterator[None]:
    before = getattr(place, name)
    setattr(place, name, value)
    try:
        yield
    finally:
        setattr(place, name, before)


@contextmanager
def medium() -> Iterator[None]:
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("medium")
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)


@contextmanager
def reductions() -> Iterator[None]:
    """Half precision inside of products of halves; float32 must not notice."""
    with ExitStack() as stack:
        for name in ("fp16_reduced_precision_reduction", "bf16_reduced_precision_reduction",
                     "fp16_accumulation"):  # fmt: skip
            if hasattr(torch.backends.cuda.matmul, f"allow_{name}"):
                stack.enter_context(setting(torch.backends.cuda.matmul, f"allow_{name}", True))
        yield


def settings(device: torch.device) -> dict[str, Callable[[], AbstractContextManager[Any]]]:
    matmul = torch.backends.cuda.matmul
    found = {
        "allow_tf32": lambda: setting(matmul, "allow_tf32", True),
        'precision "medium"': medium,
        "autocast to bfloat16": lambda: torch.autocast(device.type, dtype=torch.bfloat16),
        "reductions in half": reductions,
    }
    if hasattr(matmul, "fp32_precision"):
        found["fp32_precision tf32"] = lambda: setting(matmul, "fp32_precision", "tf32")
    return found


@contextmanager
def unguarded() -> Iterator[None]:
    """The package as it would be if it left the settings as they are."""
    modules = ("core.surroundings", "operations.svd", "operations.eigh", "operations.lstsq")
    with ExitStack() as stack:
        for module in modules:
            name = f"gdinverse.{module}.full_precision"
            stack.enter_context(mock.patch(name, return_value=nullcontext()))
        yield


def lowered(report: Report) -> None:
    """The same call with and without a setting: not one bit may differ."""
    imitated = TF32 if report.device.type == "cpu" else nullcontext
    g = torch.Generator().manual_seed(3)
    cases = [
        (o, tuple(x.float().to(report.device) for x in claims.draw(o.inputs, "randn", n, 2, g)))
        for n in (5, 48)
        for o in claims.OPERATIONS
        if n == 5 or o.inputs in ("square", "tall", "systems", "definite", "symmetric")
    ]
    options = settings(report.device)
    with imitated():
        plain = [report.attempt(o.name, o.call, *given) for o, given in cases]
        for i, (name, switch) in enumerate(options.items()):
            changed, done, share = [], 0, report.left("settings") / (len(options) - i)
            end = time.monotonic() + share
            for (operation, given), before in zip(cases, plain, strict=True):
                if before is None or (done >= 31 and time.monotonic() > end):
                    continue
                with switch():
                    after = report.attempt(f"{operation.name}, {name}", operation.call, *given)
                done += 1
                if after is not None and not _alike(before, after):
                    changed.append(operation)
                    judge_again(report, operation, name, given, after)
            with switch():
                free, lies = free_bounds(report, name)
                product = lost(report.device)
                with unguarded():
                    without = 0 if "autocast" in name else free_bounds(None, name)[1]
            report.add(
                "settings", setting=name, product_off_by=product, calls=done, changed=len(changed),
                free_bounds=free, false=lies, false_without_guard=without,
            )  # fmt: skip


def judge_again(
    report: Report, operation: Operation, name: str, given: tuple[Tensor, ...], after: Found
) -> None:
    """What a setting did change has its claims judged, if the matrix is small enough for that."""
    report.differences[f"{operation.name}: {name} changes it at n = {given[0].shape[-1]}"] += 1
    if given[0].shape[-1] <= 8:
        for claim in operation.claims(after, given):
            report.judge(f"{operation.name}, {name}", claim)


def _alike(before: Found, after: Found) -> bool:
    pairs = zip((*before.values, before.bound), (*after.values, after.bound), strict=True)
    return all(torch.equal(a.nan_to_num(7), b.nan_to_num(7)) for a, b in pairs)


def lost(device: torch.device) -> float:
    """How far off a product of float32 is, relatively; 1e-7 in full, 1e-4 and more if lowered."""
    M = well(256).float().to(device)
    right = M.double() @ M.double()
    return float(((M @ M).double() - right).norm() / right.norm())


def free_bounds(report: Report | None, name: str) -> tuple[int, int]:
    """How many free bounds were shown during runs in float32, and how many were below the error.

    TF32 cannot tell (1 + 2⁻¹²) I from I, so that its loss says of I that it is the inverse.
    """
    device = report.device if report else DEVICE[0]
    M, eye = well(256).float().to(device), torch.eye(32, device=device)
    hard = (1 + 2.0**-12) * eye
    few, sgd = {"max_steps": 60, "true_error": True}, torch.optim.SGD
    system = gd.LinearSystem(M, M[:, :1], pseudo_inverse=torch.linalg.inv(M))
    runs: dict[str, Callable[[], gd.Result]] = {
        "inv": lambda: gd.inv(M, **few),
        "inv by SGD": lambda: gd.inv(M, optimizer=sgd, guess="transpose", **few),
        "inv of nearly I": lambda: gd.inv(hard, optimizer=sgd, lr=1e-3, guess=eye, **few),
        "solve by CG": lambda: gd.minimize(system, gd.ConjugateGradient, finish=False, **few),
        "svd": lambda: gd.svd(M[:64, :48], **few),
        "eigh": lambda: gd.eigh(M[:64, :64] + M[:64, :64].mT, **few),
    }
    shown = lies = 0
    for what, call in runs.items():
        history = (report.attempt(f"{what}, {name}", call) if report else call()).history
        bound, error = history.error_bound.double(), history.error
        seen = bound.isfinite() & ~error.isnan()
        low = int((bound + 1e-6 < error)[seen].sum())
        shown, lies = shown + int(seen.sum()), lies + low
        if low and report:
            report.false.append(f"{what}, {name}: {low} free bounds of {int(seen.sum())}")
    return shown, lies


DEVICE = [CPU]


def halves(report: Report) -> None:
    """Half precision is refused with advice, and a schedule orthogonalizes in it."""
    for dtype in (torch.bfloat16, torch.float16):
        M = torch.eye(4, dtype=dtype, device=report.device)
        try:
            gd.inv(M)
            report.false.append(f"{dtype} was taken")
        except TypeError as error:
            refused = str(error)[:60]
        with reductions():
            X = (well(64).to(dtype) / 3).to(report.device)
            X = gd.schedules.minimax(0.1).orthogonalize(X, 6).double()
        off = float((X.mT @ X - torch.eye(64, device=report.device)).norm() / 8)
        report.add("halves", dtype=short(dtype), refused=refused, orthogonal_up_to=off)


# ── Seconds ────────────────────────────────────────────────────────────────────────────────────


def seconds(report: Report) -> None:
    """gd.inv beside torch.linalg.inv, both on CPU and device; medians."""
    sizes = [(n, ()) for n in (64, 256, 1024, 4096)] + [(n, (1000,)) for n in (4, 16)]
    sizes = sizes[:2] + sizes[4:] + [(4, ()), (16, ())] + sizes[2:4]
    spent: dict[Any, float] = {}
    for n, batch in sizes:
        for dtype in DTYPES:
            M = well(n, *batch).to(dtype)
            row: dict[str, Any] = {"n": n, "batch": batch[0] if batch else 1, "dtype": short(dtype)}
            for where, device in (("device", report.device), ("cpu", CPU)):
                expected = 64 * spent.get((where, n // 4, batch, dtype), 0)
                if expected > report.left("seconds") - 5:
                    row |= {f"{where}_ms": None, f"{where}_torch_ms": None}
                    continue
                there = M.to(device)
                ours, result = timed(partial(gd.inv, there), device)
                theirs, _ = timed(partial(torch.linalg.inv, there), device)
                spent[where, n, batch, dtype] = ours
                row |= {f"{where}_ms": 1e3 * ours, f"{where}_torch_ms": 1e3 * theirs}
                if where == "device":
                    row |= {
                        "proven": int(result.converged.sum()),
                        "bound": float(result.error_bound.max()),
                        "steps": int(result.steps.max()),
                    }
            report.add("seconds", **row)


def timed(call: Callable[[], Any], device: torch.device) -> tuple[float, Any]:
    """The median of up to seven calls, in two seconds; a first one that is short does not count."""
    wait = torch.cuda.synchronize if device.type == "cuda" else lambda: None
    taken: list[float] = []
    end = time.monotonic() + 2
    while len(taken) < 8 and (time.monotonic() < end or not taken):
        wait()
        begin = time.perf_counter()
        result = call()
        wait()
        taken.append(time.perf_counter() - begin)
    return median(taken[1:] or taken), result


PARTS: dict[str, Callable[[Report], None]] = {
    "assumptions": assumptions,
    "powers": powers,
    "operations": operations,
    "problems": problems,
    "larger": larger,
    "settings": lowered,
    "halves": halves,
    "seconds": seconds,
}


def main() -> None:
    """All tables; exit status 1 where a bound was false or anything raised."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--seconds", type=float, default=200)
    parser.add_argument("--json", type=Path, help="where to store the tables")
    parser.add_argument("--parts", nargs="+", choices=[*PARTS], default=[*PARTS])
    options = parser.parse_args()
    report = Report(torch.device(options.device), options.seconds)
    DEVICE[0] = report.device
    print(machine(report.device))
    threads = torch.get_num_threads()
    for name in options.parts:
        torch.set_num_threads(threads if name == "seconds" else 1)
        begin = time.monotonic()
        report.attempt(name, PARTS[name], report)
        report.took[name] = round(time.monotonic() - begin, 1)
    print("seconds of each part:", report.took)
    if options.json:
        options.json.write_text(json.dumps(report.stored(), ensure_ascii=False, indent=1) + "\n")
    for name, times in report.differences.items():
        print(f"differs {times} ×:", name)
    print(f"{len(report.false)} false, {len(report.raised)} raised")
    sys.exit(bool(report.false or report.raised))


if __name__ == "__main__":
    main()

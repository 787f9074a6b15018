"""The theory of quadratic losses, for any smooth loss near a minimum: its Hessian there."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.func import functional_call


def hessian(problem: nn.Module) -> Tensor:
    """The second derivatives of a problem's loss where its unknowns stand.

    Parameters
    ----------
    problem : Problem
        Of one matrix, no batch.

    Returns
    -------
    Tensor of shape (p, p)
        For p numbers in all unknowns, in the order of `problem.parameters()`.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> problem = gd.Inverse([[1.0, 0.0], [0.0, 2.0]])
    >>> gd.rates.hessian(problem).diagonal()
    tensor([0.5000, 2.0000, 0.5000, 2.0000], dtype=torch.float64)
    """
    shapes = {name: p.shape for name, p in problem.named_parameters()}
    sizes = [shape.numel() for shape in shapes.values()]

    def loss(flat: Tensor) -> Tensor:
        parts = flat.split(sizes)
        unknowns = {n: x.view(s) for (n, s), x in zip(shapes.items(), parts, strict=True)}
        return functional_call(problem, unknowns, ())

    start = torch.cat([p.detach().flatten() for p in problem.parameters()])
    return torch.autograd.functional.hessian(loss, start)


def local_curvature(problem: nn.Module) -> Tensor:
    """The curvature of every mode of the loss near the point where a problem's unknowns stand.

    Near a minimum any smooth loss is a quadratic one, so `rates.rate`, `rates.lr_limit` and
    `rates.best` say of these curvatures what they say of the inverse's.

    Parameters
    ----------
    problem : Problem
        Of one matrix, at a minimum.

    Returns
    -------
    Tensor of shape (p,)
        The eigenvalues of the Hessian, largest first. Directions in which the loss is flat have 0
        up to rounding, and so slow nothing down: leave them out.

    References
    ----------
    Polyak (1964), Some methods of speeding up the convergence of iteration methods, §2.

    Examples
    --------
    The fourth SVD of 2020 at its exact answer: the slowest mode's loss factor per step

    >>> import torch, gdinverse as gd
    >>> M = torch.rand(3, 4, generator=torch.Generator().manual_seed(317)).T.double()
    >>> U, S, Vh = torch.linalg.svd(M, full_matrices=False)
    >>> h = gd.rates.local_curvature(gd.PenaltySVD(M, guess=(U, S.sqrt(), Vh.mT)))
    >>> f"{gd.rates.rate(h, lr=0.9, momentum=0.9).max() ** 2:.6f}"
    '0.988118'
    """
    return torch.linalg.eigvalsh(hessian(problem)).flip(-1)


def adam_curvature(H: Tensor, optimizer: torch.optim.Adam) -> float:
    """The largest curvature that Adam's next step sees, times its learning rate.

    Where this reaches 2(1 + β₁), Adam leaves a minimum that it had found: its second moments
    decay with the gradients, and the effective step grows without end.

    Parameters
    ----------
    H : Tensor of shape (p, p)
        Of the loss, as `hessian` gives it.
    optimizer : torch.optim.Adam
        After at least one step, on the same unknowns.

    Returns
    -------
    float
        lr (1 − β₁) λ_max(D^(−½) H D^(−½)) with D = √v̂ + ε.

    References
    ----------
    Cohen et al. (2022), Adaptive gradient methods at the edge of stability.

    Examples
    --------
    >>> import torch, gdinverse as gd
    >>> problem = gd.Inverse(gd.matrices.random_2020())
    >>> optimizer = torch.optim.Adam(problem.parameters())
    >>> problem.backward(), optimizer.step()
    (tensor(0.2500, dtype=torch.float64), None)
    >>> gd.rates.adam_curvature(gd.rates.hessian(problem), optimizer) < 2 * (1 + 0.9)
    True
    """
    group = optimizer.param_groups[0]
    beta1, beta2 = group["betas"]
    states = [optimizer.state[p] for p in group["params"]]
    v = torch.cat([s["exp_avg_sq"].flatten() / (1 - beta2 ** float(s["step"])) for s in states])
    weight = (v.sqrt() + group["eps"]).rsqrt()
    largest = torch.linalg.eigvalsh(weight[:, None] * H * weight)[-1]
    return float(group["lr"] * (1 - beta1) * largest)

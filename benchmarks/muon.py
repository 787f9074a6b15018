"""Muon with a schedule of ours, one for each: what the bench makes of the polynomial alone.

python benchmarks/bench.py muon    stores its rows beside the others
"""

import torch

from gdinverse.schedules import minimax, muon, newton_schulz

LOWER, STEPS = 1e-3, 5  # of the normed gradient's singular values; as many steps as Muon's
SCHEDULES = {
    "Newton–Schulz 3": newton_schulz(3),
    "Newton–Schulz 5": newton_schulz(5),
    "Newton–Schulz 7": newton_schulz(7),
    "Muon": muon(),
    "minimax 3": minimax(LOWER, degree=3),
    "minimax 5": minimax(LOWER, degree=5),
    "minimax 7": minimax(LOWER, degree=7),
}


class Scheduled(torch.optim.Optimizer):
    """Nesterov's momentum, then so many steps of a schedule: Muon in the dtype of its parameter."""

    def __init__(self, params, lr=0.02, momentum=0.95, schedule="Muon"):
        super().__init__(params, {"lr": lr, "momentum": momentum, "schedule": schedule})
        if any(p.dim() != 2 for group in self.param_groups for p in group["params"]):
            raise ValueError("matrices alone")

    def step(self, closure=None):
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    self.move(p, **group)
        return loss

    @torch.no_grad()
    def move(self, p, lr, momentum, schedule, **_):
        buffer = self.state[p].setdefault("momentum_buffer", torch.zeros_like(p))
        buffer.lerp_(p.grad, 1 - momentum)
        push = p.grad.lerp(buffer, momentum)
        push = push / push.norm().clamp(min=1e-300)
        p.sub_(lr * SCHEDULES[schedule].orthogonalize(push, STEPS))

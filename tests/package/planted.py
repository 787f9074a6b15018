"""Optimizers with one mistake each, and the check of the contract that has to name it."""

from typing import Any, ClassVar

import torch


class Plain(torch.optim.Optimizer):
    """Momentum by hand, right in every respect; the others differ by one mistake."""

    defaults_more: ClassVar[dict[str, Any]] = {}

    def __init__(self, params, lr=0.02):
        super().__init__(params, {"lr": lr, "momentum": 0.9, **self.defaults_more})

    def step(self, closure=None):
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        with torch.no_grad():
            for group in self.param_groups:
                for p in group["params"]:
                    if p.grad is not None:
                        self.move(p, self.direction(p), group)
        return loss

    def direction(self, p):
        return p.grad

    def move(self, p, g, group):
        state = self.state[p]
        push = state["push"] = group["momentum"] * state.get("push", 0) + g
        p.sub_(group["lr"] * push)


class MomentumScaledByLr(Plain):
    def move(self, p, g, group):
        state = self.state[p]
        state["push"] = group["momentum"] * state.get("push", 0) + group["lr"] * g
        p.sub_(state["push"])


class LosesItsState(Plain):
    def load_state_dict(self, state_dict):
        super().load_state_dict({"state": {}, "param_groups": state_dict["param_groups"]})


class CachesLr(Plain):
    def move(self, p, g, group):
        self.first = getattr(self, "first", group["lr"])
        super().move(p, g, {**group, "lr": self.first})


class EditsTensorLr(Plain):
    def move(self, p, g, group):
        lr = group["lr"]
        lr *= 0.9  # a number is made anew, a tensor is edited
        super().move(p, g, {**group, "lr": lr})


class SharesABuffer(Plain):
    """As rectified Adam of 2019 kept its step size: in a list that is a default of all groups."""

    def __init__(self, params, lr=0.02):
        self.defaults_more = {"buffer": [None, None]}
        super().__init__(params, lr)

    def move(self, p, g, group):
        count = self.state[p]["count"] = self.state[p].get("count", 0) + 1
        if group["buffer"][0] != count:
            group["buffer"][:] = [count, group["lr"]]
        super().move(p, g, {**group, "lr": group["buffer"][1]})


class MaximizesOnce(Plain):
    def __init__(self, params, lr=0.02, maximize=False):
        self.defaults_more = {"maximize": maximize}
        super().__init__(params, lr)

    def move(self, p, g, group):
        sign = -1 if group["maximize"] and not self.state[p] else 1
        super().move(p, sign * g, group)


class Float32Inside(Plain):
    def direction(self, p):
        return p.grad.float().to(p.dtype)


class NeverCallsTheClosure(Plain):
    def step(self, closure=None):
        super().step()


class CentralizesAColumn(Plain):
    def direction(self, p):
        return p.grad - p.grad.mean(dim=1, keepdim=True) if p.grad.dim() > 1 else p.grad


class DoesNothing(Plain):
    def move(self, p, g, group):
        pass


class Adam(Plain):
    """Adam by hand, right in every respect."""

    def steps(self, p):
        self.state[p]["step"] = self.state[p].get("step", 0) + 1
        return self.state[p]["step"]

    def move(self, p, g, group):
        state, t = self.state[p], self.steps(p)
        m = state["m"] = 0.9 * state.get("m", 0) + 0.1 * g
        v = state["v"] = 0.999 * state.get("v", 0) + 0.001 * g * g
        p.sub_(group["lr"] * m / self.correction(0.9, t) / ((v / (1 - 0.999**t)).sqrt() + 1e-8))

    def correction(self, beta, t):
        return 1 - beta**t


class CountsForAll(Adam):
    """Its bias correction counts the steps of the optimizer, not of the parameter."""

    def steps(self, p):
        first = self.param_groups[0]["params"][0]
        if p is first:
            return super().steps(p)
        return self.state[first]["step"]


class WrongBias(Adam):
    """Its bias correction lags one step behind."""

    def correction(self, beta, t):
        return 1 - beta ** (t + 1)


PLANTED = {
    MomentumScaledByLr: "schedule",
    LosesItsState: "resume",
    CachesLr: "schedule",
    EditsTensorLr: "tensor lr",
    SharesABuffer: "groups",
    MaximizesOnce: "maximize",
    Float32Inside: "float64",
    NeverCallsTheClosure: "closure",
    CentralizesAColumn: "column",
    DoesNothing: "descends",
    CountsForAll: "group added later",
}

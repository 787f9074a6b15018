"""A GPU's TF32 on the CPU: products of float32 keep 11 bits of each factor, where it is allowed."""

from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

aten = torch.ops.aten
PRODUCTS = {  # where the factors are among the arguments
    aten.mm.default: (0, 1),
    aten.bmm.default: (0, 1),
    aten.addmm.default: (1, 2),
    aten.baddbmm.default: (1, 2),
    aten.mm.out: (0, 1),
    aten.bmm.out: (0, 1),
}
DROPPED = 13  # of float32's 23 stored bits


class TF32(TorchDispatchMode):
    """Does to the factors of a product what the tensor cores do, while the setting says so."""

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        if func in PRODUCTS and allowed():
            factors = PRODUCTS[func]
            args = [rounded(a) if i in factors else a for i, a in enumerate(args)]
        return func(*args, **(kwargs or {}))


def allowed() -> bool:
    if hasattr(torch.backends.cuda.matmul, "fp32_precision"):  # from 2.9 on
        return torch.backends.cuda.matmul.fp32_precision == "tf32"
    return torch.get_float32_matmul_precision() != "highest"


def rounded(x: Tensor) -> Tensor:
    """To the nearest number of TF32."""
    if x.dtype != torch.float32:
        return x
    bits = x.contiguous().view(torch.int32)
    half = (1 << (DROPPED - 1)) - 1 + ((bits >> DROPPED) & 1)
    near = ((bits + half) >> DROPPED << DROPPED).view(torch.float32)
    return torch.where(x.isfinite(), near, x)

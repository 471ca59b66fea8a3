"""What `--fast` chooses: how a fit is computed, never what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dongshou.training.precision import Precision


@dataclass(frozen=True)
class Choice:
    """One way to compute the steps of a fit; the defaults are torch's own.

    precision      bf16: products of matrices in bfloat16, weights in float32
    channels_last  images lie in memory pixel by pixel instead of channel by channel
    reformulated   layers are computed together where that is the same function (`formulations`)
    fused          the optimiser takes its step in one kernel
    compile        `torch.compile` writes the kernels
    threads        of the processor
    speedup        of a step over torch's own way, as it was measured
    """

    precision: Precision = "fp32"
    channels_last: bool = False
    reformulated: bool = False
    fused: bool = False
    compile: bool = False
    threads: int = 1
    speedup: float = 1.0

    def __str__(self) -> str:
        """`bf16, channels last, 2 threads: a step 2.40 times as fast`"""
        names = {
            "channels last": self.channels_last,
            "layers reformulated": self.reformulated,
            "fused optimiser": self.fused,
            "compiled": self.compile,
        }
        ways = [self.precision, *(name for name, is_chosen in names.items() if is_chosen)]
        threads = "1 thread" if self.threads == 1 else f"{self.threads} threads"
        faster = f"a step {self.speedup:.2f} times as fast" if self.speedup > 1 else "nothing measured was faster"
        return f"{', '.join([*ways, threads])}: {faster}"

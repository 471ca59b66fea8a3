"""The loss of connectionist temporal classification as a layer; its algorithm stands in `functional/ctc.py`."""

from __future__ import annotations

from torch import Tensor

from dongshou.scratch import functional as F
from dongshou.scratch.functional.ctc import Lengths
from dongshou.scratch.nn.container import Layer, torch_nn


class CTCLoss(Layer, torch_nn.CTCLoss):
    """-log p(target), p summed over all paths that spell the target once blanks and repetitions are out.

    log_probs (time, batch, classes), targets (batch, longest) or one after the other, lengths (batch);
    or one example without the batch. Graves et al., 2006.
    """

    def __init__(self, blank: int = 0, reduction: str = "mean", zero_infinity: bool = False) -> None:
        super().__init__()
        self.reduction = reduction
        self.blank = blank
        self.zero_infinity = zero_infinity

    def forward(self, log_probs: Tensor, targets: Tensor, input_lengths: Lengths, target_lengths: Lengths) -> Tensor:
        settings = self.blank, self.reduction, self.zero_infinity
        return F.ctc_loss(log_probs, targets, input_lengths, target_lengths, *settings)

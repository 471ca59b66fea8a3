"""`doctor` and a run of `lstm-lm` in bfloat16, and whether torch itself has an LSTM in bfloat16.

`test_bfloat16.py` runs this in a process of its own with ONEDNN_MAX_CPU_ISA=AVX2, the simulation of a weaker
processor: the variable counts only where it is set before torch is imported.
"""

from __future__ import annotations

import json
import sys

import torch
from torch import nn

from dongshou.cli import main
from dongshou.drawing.styled import StyledFigure
from dongshou.training import bfloat16

RUN = "run lstm-lm --text python-manual --epochs 1 --limit 64 --num-hiddens 8 --precision bf16 --runs".split()


def fails_under_autocast() -> bool:
    """Asked of torch directly, not of the package."""
    with torch.autocast("cpu", torch.bfloat16):
        try:
            nn.LSTM(2, 3)(torch.ones(4, 1, 2))
        except RuntimeError:
            return True
    return False


if __name__ == "__main__":
    StyledFigure.savefig = lambda figure, file, **options: file.write(b"")  # pictures are tested elsewhere
    codes = [main(["doctor"]), main([*RUN, sys.argv[1]])]
    print(json.dumps({"fails": fails_under_autocast(), "lacks": not bfloat16.by_layer("cpu")["LSTM"], "codes": codes}))

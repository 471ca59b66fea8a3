"""Who takes part in training language models and writing with them, a file each.

The file of a contender holds `training(work, **options)`, which gives something whose steps can be timed (see
`benchmarks.language.work.Timed`), and `writing(work, **options)`, a function that writes a text with each call.
"""

from __future__ import annotations

from typing import Literal

from benchmarks.contenders import Contender, Target

Mode = Literal["training", "writing"]

OURS = Contender("ours", "ours")
BARE = Contender("bare", "bare", target=Target("bare", at_least=0.95))
COURSE = Contender("course", "course", target=Target("course", at_least=3.0))
BF16 = Contender("ours-bf16", "ours", options={"precision": "bf16"})
COMPILE = Contender("ours-compile", "ours", options={"compile": True})
UNFUSED = Contender("ours-unfused", "ours", options={"fused": False})


def gpt2(times_its_speed: float) -> Contender:
    """The GPT-2 of Hugging Face, and how many times as fast ours should be."""
    return Contender("gpt2", "gpt2", ("transformers", "accelerate"), target=Target("gpt2", at_least=times_its_speed))


CONTENDERS: dict[tuple[str, Mode], tuple[Contender, ...]] = {
    ("lstm-lm", "training"): (BARE, OURS, COURSE, BF16, COMPILE),
    ("lstm-lm", "writing"): (BARE, OURS, COURSE, BF16),
    ("transformer-lm", "training"): (BARE, OURS, gpt2(1.3), UNFUSED, BF16, COMPILE),
    ("transformer-lm", "writing"): (BARE, OURS, gpt2(2.0), UNFUSED, BF16),
}

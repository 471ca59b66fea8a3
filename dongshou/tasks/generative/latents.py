"""The noise that pictures are made of: drawn for a question, and walked from one picture to another."""

from __future__ import annotations

import torch
from torch import Tensor

from dongshou.errors import UsageError
from dongshou.tasks.asking import Question

MOST = 10_000  # pictures at once, which is more than anybody looks at


def latents_for(question: Question, num_latents: int, device: torch.device) -> Tensor:
    """z ~ N(0, I), (num, num_latents), the same for the same seed on every device.

    Raises UsageError unless there are between 1 and 10,000 to draw.
    """
    if not 1 <= question.num <= MOST:
        raise UsageError(f"num is how many pictures are drawn, from 1 to {MOST:,}; got {question.num}.")
    return torch.randn(question.num, num_latents, generator=generator_of(question)).to(device)


def generator_of(question: Question) -> torch.Generator:
    """Seeded where the question has a seed, else different each time."""
    generator = torch.Generator()
    if question.seed is None:
        generator.seed()
    else:
        generator.manual_seed(question.seed)
    return generator


def walk(first: Tensor, last: Tensor, num_steps: int) -> Tensor:
    """From one latent (..., d) to another in steps of one angle, (num_steps, ..., d), both ends included.

    slerp(z0, z1; t) = sin((1 - t) w) / sin(w) z0 + sin(t w) / sin(w) z1, with w the angle between them: noise lies
    close to a sphere of radius sqrt(d), and a straight line would lead through its inside, where hardly any noise is
    (White, 2016).
    """
    cosine = torch.cosine_similarity(first, last, dim=-1).clamp(-1, 1)
    angle = cosine.acos()[..., None].clamp(min=1e-4)  # of two that are the same: any way leads there
    shares = torch.linspace(0, 1, num_steps, device=first.device).view(-1, *[1] * first.dim())
    return (((1 - shares) * angle).sin() * first + (shares * angle).sin() * last) / angle.sin()

"""Airfoil self-noise: how loud a wing section is in a wind tunnel (Brooks, Pope, Marcolini, NASA, 1989)."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from dongshou.data.sources.files import path_of

FEATURES: tuple[str, ...] = (
    "frequency (Hz)",
    "angle of attack (degrees)",
    "chord length (m)",
    "free-stream velocity (m/s)",
    "suction-side displacement thickness (m)",
)
TARGET = "scaled sound pressure level (dB)"


def read() -> tuple[Tensor, Tensor]:
    """The settings, float32 (1503, 5), and the noise, float32 (1503, 1).

    Both in their own units: nothing is scaled. Raises DongshouError when the file is not found
    and cannot be fetched.
    """
    path = path_of("airfoil", "airfoil_self_noise.dat")
    table = torch.from_numpy(np.loadtxt(path, delimiter="\t", dtype=np.float32))  # (1503, 6)
    return table[:, :-1].contiguous(), table[:, -1:].contiguous()

"""Pima diabetes: eight measurements of a patient, and whether diabetes was found (NIDDK, 1990)."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from dongshou.data.sources.files import path_of

FEATURES: tuple[str, ...] = (
    "pregnancies",
    "plasma glucose (mg/dl)",
    "blood pressure (mm Hg)",
    "skin thickness (mm)",
    "insulin (mu U/ml)",
    "body mass index (kg/m^2)",
    "diabetes pedigree",
    "age (years)",
)
CLASSES: tuple[str, ...] = ("no diabetes", "diabetes")


def read() -> tuple[Tensor, Tensor]:
    """The measurements as they were taken, float32 (768, 8), and the labels, int64 (768,).

    A zero in glucose, pressure, thickness, insulin or mass means "not measured".
    Raises DongshouError when the file is not found and cannot be fetched.
    """
    path = path_of("diabetes-pima", "pima-indians-diabetes.csv")
    table = torch.from_numpy(np.loadtxt(path, delimiter=",", dtype=np.float32))  # (768, 9)
    return table[:, :-1].contiguous(), table[:, -1].long()

"""Denoising diffusion: noise that is added step by step, and a network that takes it away again (Ho et al., 2020)."""

from dongshou.models.diffusion.conditions import CaptionCondition, ClassCondition, Clue
from dongshou.models.diffusion.guidance import guided
from dongshou.models.diffusion.sampling import Chain, ddim_chain, ddim_steps, ddpm_chain
from dongshou.models.diffusion.schedule import NoiseSchedule, cosine_schedule, linear_schedule
from dongshou.models.diffusion.unet import DenoisingUNet, denoising_unet

__all__ = [
    "CaptionCondition",
    "Chain",
    "ClassCondition",
    "Clue",
    "DenoisingUNet",
    "NoiseSchedule",
    "cosine_schedule",
    "ddim_chain",
    "ddim_steps",
    "ddpm_chain",
    "denoising_unet",
    "guided",
    "linear_schedule",
]

"""How far each pixel of a photo departs from its background, whatever the light, the paper and the color of the pen.

Weber's contrast, |I - I_b| / I_b of the level I and the background's level I_b there: ink, or chalk, and what it is
written on are lit by the same light, which cancels. A shadow has no contrast but at its edge.
"""

from __future__ import annotations

import numpy as np
from PIL import Image
from scipy import ndimage

Gray = np.ndarray  # float32 (height, width)

OVERVIEW = 256  # pixels of the longer side, on which the background is looked for
GLANCE = 48  # pixels of the longer side, on which ink is told from background
DARKEST = 32  # grey levels of a background that is divided by: below, noise would become ink
SOFTEST = 1.0  # pixels of the overview: a background has no finer detail
CORE = 0.65  # of the highest contrast: what is as dark as that is ink, no shadow
STROKES_WIDE = 1.6  # the window that no stroke fills
NARROWEST, WIDEST = 0.08, 0.5  # of the shorter side: the window
BLACK = 4  # grey levels of what is pure black, but for what JPEG adds
MUCH_BLACK = 0.1  # of the pixels around which there is something: no paper has so much
MOSTLY_LIGHT = 0.75  # of the lightest level, in the median: paper, whatever is written on it in black


def contrast(picture: np.ndarray) -> Gray:
    """Of a photo with levels 0..255, (height, width, 3) -> (height, width): 0 where there is no ink."""
    gray, is_chalk = one_channel(picture)
    background = 255 - local_background(255 - gray) if is_chalk else local_background(gray)
    departure = gray - background if is_chalk else background - gray
    weber = departure / background.clip(DARKEST)
    return (weber - np.median(weber)).clip(0).astype(np.float32)


def on_black(picture: np.ndarray) -> Gray | None:
    """The ink of a picture that was drawn on black, as the images of a data set are; None of a photo.

    Its digit may fill it from edge to edge, in strokes as wide as a quarter of it: no window would show the background.
    """
    gray = picture.mean(axis=2)
    seen = gray > BLACK
    if gray.max() < 4 * DARKEST:
        return None
    (rows, columns), *_ = ndimage.find_objects(seen.astype(int))  # without bars or a table around a photo
    is_paper = np.median(gray[rows, columns]) >= MOSTLY_LIGHT * gray.max()
    is_drawn = 1 - seen[rows, columns].mean() >= MUCH_BLACK and not is_paper
    return (gray / gray.max()).astype(np.float32) if is_drawn else None


def one_channel(picture: np.ndarray) -> tuple[Gray, bool]:
    """The mean of the channels that shows most of the ink, 0..255; and whether the ink is light there, as chalk is.

    Weights are the principal axis of the colors' departures from their medians, so that yellow ink on white is seen in
    blue; a channel that departs the other way is inverted. The departures are skewed towards the ink: it is rare and
    departs far, the background is common and departs little, whatever lies at the border.
    """
    small = overview(picture, GLANCE)
    departure = (small - medians(small)).reshape(-1, 3)  # (pixels, colors)
    _, axes = np.linalg.eigh(departure.T @ departure)
    axis = axes[:, -1] if axes[:, -1].sum() > 0 else -axes[:, -1]  # most channels grow lighter along it
    is_chalk = float(((departure @ axis) ** 3).sum()) > 0
    gray = np.where(axis > 0, picture, 255 - picture) @ (abs(axis) / abs(axis).sum())
    return gray.astype(np.float32), is_chalk


def local_background(dark: Gray) -> Gray:
    """What the pixels would be without dark ink: the closing of the overview, which fills what its window exceeds.

    Light, shadows and their edges stay, being wider than a stroke. (Serra, "Image analysis and mathematical
    morphology", 1982)
    """
    small = overview(dark)
    window = window_for(small)
    # odd: light that falls off towards a corner goes on falling, else the corner would be a hole to be filled
    beyond = min(window // 2 + 1, min(small.shape) - 1)
    padded = np.pad(small, beyond, mode="reflect", reflect_type="odd")
    closed = ndimage.grey_closing(padded, size=(window, window), mode="nearest")
    smooth = ndimage.gaussian_filter(closed[beyond:-beyond, beyond:-beyond], SOFTEST)
    return resized(smooth.clip(0, 255), dark)


def window_for(small: Gray) -> int:
    """Pixels, odd: more than the thickest stroke, which is twice the largest distance from ink to paper."""
    around = resized(medians(overview(small, GLANCE)), small)
    faint = (around - small) / around.clip(DARKEST)
    distance = np.asarray(ndimage.distance_transform_edt(np.pad(faint > CORE * faint.max(), 1)))
    side = min(small.shape)
    wide = min(max(STROKES_WIDE * 2 * float(distance.max()), NARROWEST * side), WIDEST * side)
    return 2 * round(wide / 2) + 1


def medians(small: np.ndarray) -> np.ndarray:
    """Around each pixel, of a window half as long as the picture: paper, as long as less than half of it is ink."""
    window = 1 + max(small.shape[:2]) // 2
    return ndimage.median_filter(small, size=(window, window, 1)[: small.ndim], mode="nearest")


def resized(small: Gray, like: Gray) -> Gray:
    height, width = like.shape
    return np.asarray(Image.fromarray(small).resize((width, height), Image.Resampling.BILINEAR))


def overview(picture: np.ndarray, longest: int = OVERVIEW) -> np.ndarray:
    """Reduced by a whole number, each pixel the mean of a block; float32 (height, width, ...)."""
    factor = -(-max(picture.shape[:2]) // longest)
    height, width = (side // factor for side in picture.shape[:2])
    blocks = picture[: height * factor, : width * factor].reshape(height, factor, width, factor, *picture.shape[2:])
    return blocks.mean(axis=(1, 3), dtype=np.float32)

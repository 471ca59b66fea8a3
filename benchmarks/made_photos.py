"""Photos of handwritten digits, made: a digit on paper or a board, and what light, camera and file do to it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image
from scipy import ndimage
from torch import Tensor

Box = tuple[int, int, int, int]  # left, top, right, bottom in pixels
Color = tuple[int, int, int]
Field = Callable[[int, int, np.random.Generator], np.ndarray]  # of height, width -> (height, width)

PAPER: Color = (238, 234, 224)
INK: Color = (30, 35, 60)
SIDEWAYS = {3: 180, 6: 90, 8: 270}  # Orientation in EXIF -> degrees that the file is turned by, counter-clockwise
ORIENTATION = 0x0112  # of EXIF


@dataclass(frozen=True)
class Scene:
    """What a photo shows, before anything disturbs it.

    size    of the photo, (width, height)
    height  of the digit, as a share of the photo's height
    middle  of the digit, as shares of the photo's width and height
    ruled   draws the lines of the paper
    light   light on the paper (height, width), 1 where it is full
    """

    size: tuple[int, int] = (640, 480)
    height: float = 0.4
    middle: tuple[float, float] = (0.5, 0.5)
    ink: Color = INK
    paper: Color = PAPER
    opacity: float = 0.95
    ruled: Field | None = None
    light: Field | None = None
    blur: float = 0.8  # pixels
    noise: float = 2.5  # grey levels
    quality: int = 88  # of the JPEG
    is_sideways: bool = False


@dataclass(frozen=True)
class MadePhoto:
    """The bytes of a file, what is written on it, and where, when it is seen upright."""

    kind: str
    content: bytes
    labels: tuple[int, ...]
    boxes: tuple[Box, ...]


def made_photos(images: Tensor, labels: Tensor, each: int, seed: int = 0) -> Iterator[MadePhoto]:
    """`each` photos of every kind, of digits drawn from images uint8 (n, 1, 28, 28) with labels (n,)."""
    generator = np.random.default_rng(seed)
    for kind, disturb in KINDS.items():
        for row in generator.permutation(len(images))[:each].tolist():
            scene = disturb(scattered(generator), generator)
            yield photographed(kind, [scene], [images[row, 0].numpy()], [int(labels[row])], generator)


def scattered(generator: np.random.Generator) -> Scene:
    """A digit somewhere around the middle, not always of one size."""
    height = generator.uniform(0.3, 0.55)
    middle = generator.uniform(0.4, 0.6), generator.uniform(0.42, 0.58)
    return Scene(height=height, middle=middle)


def made_numbers(images: Tensor, labels: Tensor, num_photos: int, seed: int = 0) -> Iterator[MadePhoto]:
    """Photos with two to eight digits on one or two lines, under every kind of light in turn."""
    generator = np.random.default_rng(seed)
    for light in [LIGHTS[index % len(LIGHTS)] for index in range(num_photos)]:
        scene = Scene(size=(1000, 600), height=0.2, light=light)
        num_lines, num_columns = int(generator.integers(1, 3)), int(generator.integers(2, 5))
        rows = generator.permutation(len(images))[: num_lines * num_columns].tolist()
        middles = [
            ((column + 1) / (num_columns + 1) + generator.uniform(-0.02, 0.02), (line + 0.5) / num_lines)
            for line in range(num_lines)
            for column in range(num_columns)
        ]
        scenes = [replace(scene, middle=middle) for middle in middles]
        digits = [images[row, 0].numpy() for row in rows]
        yield photographed("several digits", scenes, digits, labels[rows].tolist(), generator)


def photographed(
    kind: str,
    scenes: Sequence[Scene],
    digits: Sequence[np.ndarray],
    labels: Sequence[int],
    generator: np.random.Generator,
) -> MadePhoto:
    """Several digits on the sheet of the first scene, each in a place of its own."""
    scene = scenes[0]
    width, height = scene.size
    each = [written(digit, scene) for digit, scene in zip(digits, scenes, strict=True)]
    coverage = np.max([coverage for coverage, _ in each], axis=0)
    surface = np.full((height, width, 3), scene.paper, dtype=float)
    if scene.ruled is not None:
        lines = scene.ruled(height, width, generator)[..., None]  # opacity
        surface = (1 - lines) * surface + lines * np.array((120, 140, 190))
    opacity = scene.opacity * coverage[..., None]
    surface = (1 - opacity) * surface + opacity * np.array(scene.ink)
    if scene.light is not None:
        surface = surface * scene.light(height, width, generator)[..., None]
    return MadePhoto(kind, filed(surface, scene, generator), tuple(labels), tuple(box for _, box in each))


def filed(surface: np.ndarray, scene: Scene, generator: np.random.Generator) -> bytes:
    """The surface (height, width, 3) through the camera into a JPEG."""
    sharp = ndimage.gaussian_filter(surface, (scene.blur, scene.blur, 0))
    pixels = sharp + generator.normal(0, scene.noise, sharp.shape)
    picture, exif = Image.fromarray(pixels.round().clip(0, 255).astype(np.uint8)), Image.Exif()
    if scene.is_sideways:
        orientation = int(generator.choice(list(SIDEWAYS)))
        picture = picture.rotate(SIDEWAYS[orientation], expand=True)
        exif[ORIENTATION] = orientation
    file = io.BytesIO()
    picture.save(file, "jpeg", quality=scene.quality, exif=exif)
    return file.getvalue()


def written(digit: np.ndarray, scene: Scene) -> tuple[np.ndarray, Box]:
    """How much of the ink lies on each pixel, 0..1 (height, width), and the box of the digit."""
    width, height = scene.size
    inked = digit[digit.any(axis=1)][:, digit.any(axis=0)]
    tall = max(6, round(scene.height * height))
    scale = tall / max(inked.shape)
    shape = tuple(max(1, round(side * scale)) for side in inked.shape)
    large = Image.fromarray(np.pad(inked, 1)).resize((shape[1], shape[0]), Image.Resampling.BICUBIC)
    stroke = np.asarray(large, dtype=float) / 255
    edge = min(1.0, 4 / scale)  # a pen's edge is sharp, however much the digit was enlarged
    stroke = ((stroke - 0.35) / edge + 0.5).clip(0, 1)
    left = round(scene.middle[0] * width - shape[1] / 2)
    top = round(scene.middle[1] * height - shape[0] / 2)
    left, top = min(max(left, 0), width - shape[1]), min(max(top, 0), height - shape[0])
    coverage = np.zeros((height, width))
    coverage[top : top + shape[0], left : left + shape[1]] = stroke
    rows, columns = (coverage > 0.5).any(axis=1).nonzero()[0], (coverage > 0.5).any(axis=0).nonzero()[0]
    return coverage, (int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)


# Light


def vignette(darkest: float) -> Field:
    """Corners with `darkest` of the light of the middle."""

    def light(height: int, width: int, generator: np.random.Generator) -> np.ndarray:
        down, along = np.linspace(-1, 1, height)[:, None], np.linspace(-1, 1, width)
        return 1 - (1 - darkest) * ((down**2 + along**2) / 2) ** 1.25  # 1 in a corner

    return light


def slope(height: int, width: int, generator: np.random.Generator) -> np.ndarray:
    """Light from one side: 35 to 60 % of it are left on the other."""
    angle, darkest = generator.uniform(0, 2 * np.pi), generator.uniform(0.35, 0.6)
    down, along = np.linspace(-1, 1, height)[:, None], np.linspace(-1, 1, width)
    way = (np.cos(angle) * along + np.sin(angle) * down) / (abs(np.cos(angle)) + abs(np.sin(angle)))  # -1..1
    return darkest + (1 - darkest) * (way + 1) / 2


def hand(height: int, width: int, generator: np.random.Generator) -> np.ndarray:
    """The shadow of a hand or an arm that reaches in from an edge: 45 to 65 % of the light are left in it."""
    down, along = np.mgrid[0:height, 0:width].astype(float)
    angle = generator.uniform(-0.6, 0.6)
    center = generator.uniform(0.2, 0.8) * width + np.tan(angle) * (down - height)
    half = generator.uniform(0.1, 0.22) * width
    reach = generator.uniform(0.3, 0.7) * height  # from below
    fingers = 0.06 * height * np.sin(along / width * generator.uniform(20, 40))
    shade = (abs(along - center) < half) & (down > height - reach + fingers)
    if generator.random() < 0.5:
        shade = shade[::-1]
    soft = ndimage.gaussian_filter(shade.astype(float), generator.uniform(3, 10))
    return 1 - generator.uniform(0.35, 0.55) * soft


def both(*lights: Field) -> Field:
    def light(height: int, width: int, generator: np.random.Generator) -> np.ndarray:
        return np.prod([one(height, width, generator) for one in lights], axis=0)

    return light


# Paper


def lines(height: int, width: int, generator: np.random.Generator) -> np.ndarray:
    """Ruled at a distance of an eighth to a fourteenth of the height, tilted by up to 3 degrees; opacity 0..1."""
    return ruling(height, width, generator, generator.uniform(-0.05, 0.05), height / generator.uniform(8, 14))


def squares(height: int, width: int, generator: np.random.Generator) -> np.ndarray:
    tilt, distance = generator.uniform(-0.05, 0.05), height / generator.uniform(12, 20)
    across = ruling(height, width, generator, tilt, distance)
    return np.maximum(across, ruling(width, height, generator, -tilt, distance).T)


def ruling(height: int, width: int, generator: np.random.Generator, tilt: float, distance: float) -> np.ndarray:
    down, along = np.mgrid[0:height, 0:width]
    place = (down + tilt * along + generator.uniform(0, distance)) % distance
    thickness = generator.uniform(1.2, 2.2)  # pixels
    return generator.uniform(0.4, 0.7) * (thickness - place).clip(0, 1)


# Kinds: what each does to a scene


def chosen(generator: np.random.Generator, colors: Sequence[Color]) -> Color:
    return colors[generator.integers(len(colors))]


INKS = ((190, 30, 40), (30, 60, 190), (20, 120, 60), (120, 40, 140), (230, 120, 20))
PAPERS = ((250, 225, 120), (190, 215, 245), (245, 190, 200), (195, 175, 145))
BOARDS = ((35, 70, 55), (45, 48, 50), (30, 45, 70))
SIZES = ((160, 120), (320, 240), (1200, 900), (480, 640), (900, 400), (90, 90))

LIGHTS = (None, vignette(0.5), slope, hand)

Disturbance = Callable[[Scene, np.random.Generator], Scene]
KINDS: dict[str, Disturbance] = {
    "plain": lambda scene, _: scene,
    "corners darkened to 60 %": lambda scene, _: replace(scene, light=vignette(0.6)),
    "corners darkened to 50 %": lambda scene, _: replace(scene, light=vignette(0.5)),
    "corners darkened to 35 %": lambda scene, _: replace(scene, light=vignette(0.35)),
    "light from one side": lambda scene, _: replace(scene, light=slope),
    "shadow of a hand": lambda scene, _: replace(scene, light=hand),
    "lined paper": lambda scene, _: replace(scene, ruled=lines),
    "squared paper": lambda scene, _: replace(scene, ruled=squares),
    "blurred": lambda scene, g: replace(scene, blur=g.uniform(3, 6)),
    "turned by EXIF": lambda scene, _: replace(scene, is_sideways=True, size=(640, 420)),
    "colored ink": lambda scene, g: replace(scene, ink=chosen(g, INKS), opacity=g.uniform(0.7, 0.95)),
    "colored paper": lambda scene, g: replace(scene, paper=chosen(g, PAPERS)),
    "pencil": lambda scene, g: replace(scene, ink=(90, 90, 95), opacity=g.uniform(0.4, 0.6)),
    "chalk on a board": lambda scene, g: replace(
        scene, paper=chosen(g, BOARDS), ink=(235, 235, 225), opacity=g.uniform(0.7, 0.9), light=vignette(0.6)
    ),
    "several sizes": lambda scene, g: replace(scene, size=SIZES[g.integers(len(SIZES))]),
    "small on a large sheet": lambda scene, g: replace(
        scene, size=(1600, 1200), height=g.uniform(0.06, 0.12), middle=(g.uniform(0.2, 0.8), g.uniform(0.2, 0.8))
    ),
    "fills the photo": lambda scene, g: replace(scene, height=g.uniform(0.85, 0.97), middle=(0.5, 0.5)),
    "off centre": lambda scene, g: replace(scene, height=0.3, middle=(g.choice([0.13, 0.87]), g.choice([0.2, 0.8]))),
    "noise and a poor JPEG": lambda scene, g: replace(scene, noise=g.uniform(10, 18), quality=int(g.integers(12, 30))),
    "lines, hand and corners": lambda scene, _: replace(scene, ruled=lines, light=both(vignette(0.6), hand)),
}

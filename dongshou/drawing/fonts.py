"""Fonts for characters that matplotlib's own font lacks: any font of the machine that has them will do."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from dongshou.extras import how_to_install

SAMPLE = "动手学深度习中文训练误差"
LIKELY = ("cjk", "han", "hei", "song", "ming", "noto", "pingfang", "yahei", "wenquan", "unicode", "droid")
FALLBACKS = ("last resort", "lastresort", "adobe blank", "notdef")  # they have every character: as a box
PACKAGES = ("pylopdf_fonts_zh_cn", "mplfonts")  # wheels that carry a Chinese font; the first is `dongshou[chinese]`


@cache
def chinese_font() -> str | None:
    """The name of a font that has Chinese characters, None where there is none. Looks once, at up to every font."""
    from matplotlib.font_manager import fontManager

    known = {entry.fname: entry.name for entry in fontManager.ttflist}
    for path in candidates(known):
        if has(path, SAMPLE):
            if path not in known:
                fontManager.addfont(path)
                known[path] = fontManager.ttflist[-1].name
            return known[path]
    return None


def candidates(known: dict[str, str]) -> Iterator[str]:
    """Files of fonts: those that matplotlib knows, the likely ones first; those of packages; those installed since."""
    from matplotlib.font_manager import findSystemFonts

    real = [path for path, name in known.items() if not any(word in name.lower() for word in FALLBACKS)]
    yield from sorted(real, key=lambda path: (-likelihood(path, known[path]), path))
    for package in PACKAGES:
        if (spec := importlib.util.find_spec(package)) is not None and spec.origin is not None:
            yield from map(str, sorted(Path(spec.origin).parent.rglob("*Sans*.?tf")))
    yield from sorted(set(findSystemFonts()) - known.keys())


def likelihood(path: str, name: str) -> int:
    """How many words of its name speak for Chinese, and for letters of ordinary weight and no serifs."""
    words = f"{name} {Path(path).stem}".lower()
    return sum(word in words for word in (*LIKELY, "sans", "regular")) - sum(word in words for word in ("bold", "mono"))


@cache
def own_font() -> str:
    """The file of the font that matplotlib brings along."""
    from matplotlib.font_manager import findfont

    return findfont("DejaVu Sans")


def has(path: str, characters: str) -> bool:
    """Whether the font has them all; a file that is no font has none."""
    from matplotlib.font_manager import get_font

    try:
        font = get_font(path)
    except (RuntimeError, OSError, ValueError):
        return False
    return all(font.get_char_index(ord(character)) for character in characters)


@cache
def needs_another(character: str) -> bool:
    """Whether matplotlib's own font lacks the character."""
    return ord(character) > 0x7F and not has(own_font(), character)


def lacking(text: str) -> str:
    """The characters that no font at hand can draw, each once: those that would be boxes."""
    beyond = dict.fromkeys(filter(needs_another, text))
    return "".join(character for character in beyond if not in_chinese_font(character))


@cache
def in_chinese_font(character: str) -> bool:
    from matplotlib.font_manager import findfont

    name = chinese_font()
    return name is not None and has(findfont(name), character)


def hint() -> str:
    """Where a Chinese font comes from."""
    return f"install one (fonts-noto-cjk), or the small one of `{how_to_install('chinese')}`"


def pillow_font(text: str, pixels: float) -> Any:
    """A font of that height for writing onto a picture of pixels, one that has Chinese where the text is Chinese."""
    from matplotlib.font_manager import findfont
    from PIL import ImageFont

    if any(map(needs_another, text)) and (name := chinese_font()) is not None:
        return ImageFont.truetype(findfont(name), pixels)
    return ImageFont.load_default(pixels)

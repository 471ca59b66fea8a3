"""Pictures of one name, taken as the epochs went by, side by side: how something grew."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from dongshou.runs.files import write_whole
from dongshou.runs.picture import Picture
from dongshou.runs.run import Run

MOST, HEIGHT, MARGIN = 8, 320, 24  # pictures, and pixels of each and of the words above it


def save_strips(run: Run) -> list[Picture]:
    """A strip for each series of pictures that a run has drawn, in its directory."""
    series: dict[str, list[dict[str, Any]]] = {}
    for line in run.lines():
        if line["event"] == "figure" and "epoch" in line:
            series.setdefault(" ".join(filter(None, (line.get("part"), line["name"]))), []).append(line)
    return [save_strip(run, name, lines) for name, lines in series.items() if len(lines) > 1]


def save_strip(run: Run, name: str, lines: Sequence[dict[str, Any]]) -> Picture:
    """The first, the last, and some between them at even distances, each under its epoch."""
    strides = min(MOST, len(lines)) - 1
    chosen = [lines[round(index * (len(lines) - 1) / strides)] for index in range(strides + 1)]
    frames = [framed(run.path / line["path"], f"epoch {line['epoch']}, step {line['step']}") for line in chosen]
    strip = Image.new("RGB", (sum(frame.width for frame in frames), HEIGHT + MARGIN), "white")
    left = 0
    for frame in frames:
        strip.paste(frame, (left, 0))
        left += frame.width
    content = io.BytesIO()
    strip.save(content, "PNG")
    path = run.path / f"{name.replace(' ', '-')}-strip.png"
    write_whole(path, content.getvalue())
    return Picture(path)


def framed(path: Path, words: str) -> Image.Image:
    """A picture at the height of the strip, with words above it."""
    with Image.open(path) as picture:
        scaled = picture.convert("RGB").resize((max(1, round(picture.width * HEIGHT / picture.height)), HEIGHT))
    frame = Image.new("RGB", (scaled.width, HEIGHT + MARGIN), "white")
    frame.paste(scaled, (0, MARGIN))
    ImageDraw.Draw(frame).text((6, 5), words, fill="black", font=ImageFont.load_default())
    return frame

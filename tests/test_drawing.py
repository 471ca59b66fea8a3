"""Figures that need no window and no global state."""

from __future__ import annotations

import subprocess
import sys

from PIL import Image

from dongshou.drawing import new_axes, new_figure, png


def test_a_figure_becomes_the_bytes_of_a_png(tmp_path):
    axes = new_axes(4.0, 3.0, xlabel="epoch", ylabel="loss")
    axes.plot([1, 2, 3])
    path = tmp_path / "curve.png"
    path.write_bytes(png(axes.figure, dots_per_inch=100))
    with Image.open(path) as image:
        image.load()
        assert (image.format, image.size) == ("PNG", (400, 300))


def test_axes_carry_their_labels():
    axes = new_axes(xlabel="epoch", ylabel="loss")
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("epoch", "loss")
    assert axes.figure.axes == [axes]


def test_the_same_figure_gives_the_same_bytes():
    first, second = new_axes(), new_axes()
    assert png(first.figure) == png(second.figure)


def test_pyplot_is_never_imported():
    code = (
        "import sys; from dongshou.drawing import new_figure, png; png(new_figure()); "
        "print('matplotlib.pyplot' in sys.modules)"
    )
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert finished.stdout.strip() == "False"


def test_settings_of_matplotlib_stay_as_they_were():
    import matplotlib

    before = dict(matplotlib.rcParams)
    png(new_figure())
    assert dict(matplotlib.rcParams) == before

"""Figures that need no window and no global state, in one style."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import warnings
from itertools import combinations

import matplotlib
import numpy as np
import pytest
from PIL import Image

from dongshou.drawing import (
    PALETTE,
    chinese_font,
    colors,
    fonts,
    ink_on,
    lacking,
    new_axes,
    new_figure,
    new_panels,
    png,
    strokes,
    texts,
    translated_with,
)
from dongshou.drawing.layout import collide, laid_out, tick_labels
from dongshou.drawing.legends import covers
from dongshou.notes import DataNote


def words(axis) -> list[str]:
    laid_out(axis.figure)
    return [label.get_text() for label in tick_labels(axis)]


def test_a_figure_becomes_the_bytes_of_a_png(tmp_path):
    axes = new_axes(4.0, 3.0, xlabel="epoch", ylabel="loss")
    axes.plot([1, 2, 3])
    path = tmp_path / "curve.png"
    path.write_bytes(png(axes.figure, dots_per_inch=100))
    with Image.open(path) as image:
        image.load()
        assert (image.format, image.size) == ("PNG", (400, 300))


def test_axes_carry_their_labels():
    axes = new_axes(xlabel="epoch", ylabel="loss", title="Loss by epoch")
    assert (axes.get_xlabel(), axes.get_ylabel(), axes.get_title()) == ("epoch", "loss", "Loss by epoch")
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
    before = dict(matplotlib.rcParams)
    png(new_axes().figure)
    assert dict(matplotlib.rcParams) == before


def test_settings_of_a_user_do_not_change_the_style():
    with matplotlib.rc_context({"axes.facecolor": "black", "axes.labelcolor": "white", "font.size": 30}):
        axes = new_axes(xlabel="x")
    assert axes.get_facecolor() == (1, 1, 1, 1)
    assert (axes.xaxis.label.get_color(), axes.xaxis.label.get_fontsize()) == ("black", 9)


def test_panels_stand_in_rows_with_a_heading():
    figure, panels = new_panels(["a", "b", "c", "d"], heading="all", columns=3, xlabel="x", ylabel="y")
    assert [axes.get_title() for axes in panels] == ["a", "b", "c", "d"]
    assert figure.axes == panels and figure.get_suptitle() == "all"
    assert {(axes.get_xlabel(), axes.get_ylabel()) for axes in panels} == {("x", "y")}


def test_colors_are_told_apart_with_and_without_red_and_green():
    def seen(color: str, matrix: np.ndarray) -> np.ndarray:
        return matrix @ np.array(matplotlib.colors.to_rgb(color))

    # Machado, Oliveira and Fernandes (2009), severity 1
    protan = np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    )
    deutan = np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    )
    for matrix in (np.eye(3), protan, deutan):
        apart = [np.abs(seen(a, matrix) - seen(b, matrix)).max() for a, b in combinations(PALETTE, 2)]
        assert min(apart) > 0.15


def test_no_stroke_repeats_before_all_are_used():
    made = [tuple(sorted(stroke.items())) for stroke in strokes(28)]
    assert len(set(made)) == 28
    axes = new_axes()
    for _ in range(28):
        axes.plot([0, 1])
    assert len({(line.get_color(), line.get_linestyle()) for line in axes.lines}) == 28


@pytest.mark.parametrize("number", [3, 7, 8, 24])
def test_each_name_has_a_color_of_its_own(number):
    assert len(set(colors(map(str, range(number))).values())) == number


def test_ink_can_be_read_on_its_color():
    assert [ink_on(color) for color in ("#000000", "#F7F056", "#0072B2", "#56B4E9")] == [
        "white",
        "black",
        "white",
        "black",
    ]


def test_curves_with_names_have_a_legend_that_covers_none():
    axes = new_axes()
    for index in range(4):
        axes.plot(np.random.default_rng(index).random(40), label=f"curve {index}")  # nowhere is room for it
    before = axes.figure.get_figwidth()
    axes.figure.put_in_order()
    assert [text.get_text() for text in axes.get_legend().get_texts()] == [f"curve {index}" for index in range(4)]
    assert not covers(axes.get_legend(), axes, laid_out(axes.figure))
    assert axes.figure.get_figwidth() > before  # the axes keep their width


def test_a_legend_stays_within_where_there_is_room():
    axes = new_axes()
    axes.plot([0, 1], [0, 1], label="rising")
    axes.figure.put_in_order()
    assert axes.figure.get_figwidth() == 6.4
    assert not covers(axes.get_legend(), axes, laid_out(axes.figure))


def test_panels_with_the_same_names_share_one_legend():
    figure, panels = new_panels(["a", "b"])
    for axes in panels:
        axes.plot([1, 2], label="train")
        axes.plot([2, 1], label="test")
    figure.put_in_order()
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["train", "test"]
    assert all(axes.get_legend() is None for axes in panels)


def test_the_legend_of_one_panel_serves_those_with_fewer_names():
    figure, (few, many) = new_panels(["a", "b"])
    for axes in (few, many):
        axes.plot([1, 2], label="train")
    many.axhspan(1, 2, label="a book")
    figure.put_in_order()
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["train", "a book"]


def test_all_legends_have_letters_of_one_size():
    axes = new_axes()
    axes.plot([1, 2], label="a")
    with matplotlib.rc_context({"legend.fontsize": 20}):
        axes.legend()
        axes.figure.legend(loc="outside right upper")
    axes.figure.put_in_order()
    legends = [axes.get_legend(), *axes.figure.legends]
    assert {text.get_fontsize() for legend in legends for text in legend.get_texts()} == {8.0}


def test_a_figure_that_is_saved_again_is_the_same():
    figure, panels = new_panels(["a", "b"])
    for axes in panels:
        axes.plot([1, 2], label="train")
    assert png(figure) == png(figure)


def test_one_epoch_is_a_dot_between_sensible_limits():
    axes = new_axes(xlabel="epoch", ylabel="loss")
    axes.plot([1], [0.5], label="train")
    axes.plot([1], [0.7], "--", label="test")
    axes.figure.put_in_order()
    assert [line.get_marker() for line in axes.lines] == ["o", "o"]
    assert axes.get_xlim() == (0, 2) and words(axes.xaxis) == ["1"]
    low, high = axes.get_ylim()
    assert 0.4 < low < 0.48 and 0.72 < high < 0.8
    assert [line.get_fillstyle() for line in axes.lines] == ["full", "none"]  # what is dashed is hollow
    (first,), (second,) = (line.get_xdata() for line in axes.lines)
    assert 0.5 < first < second < 1.5  # beside each other


def test_a_point_that_was_meant_as_one_stays_full():
    axes = new_axes()
    axes.plot([0, 1], [0, 1])
    axes.plot(1, 1, "s", label="end")
    axes.figure.put_in_order()
    assert (axes.lines[1].get_marker(), axes.lines[1].get_fillstyle()) == ("s", "full")
    assert axes.get_xlim()[0] < 0  # beside a curve it does not decide on the limits


def test_epochs_are_whole_numbers():
    axes = new_axes(xlabel="epoch", ylabel="loss")
    axes.plot([1, 2, 3], [3, 2, 1])
    axes.figure.put_in_order()
    assert words(axes.xaxis) == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (24, 26, ["24", "24.5", "25", "25.5", "26"]),
        (0.02, 4, ["0.02", "0.05", "0.1", "0.2", "0.5", "1", "2"]),
        (1e-9, 1e3, None),
    ],
)
def test_labels_of_a_logarithmic_axis_do_not_collide(low, high, expected):
    axes = new_axes(3.4, 3.0)
    axes.plot([low, high], [low, high])
    axes.set(xscale="log", yscale="log")
    axes.figure.put_in_order()
    renderer = laid_out(axes.figure)
    assert not collide(axes.xaxis, renderer) and not collide(axes.yaxis, renderer)
    written = words(axes.yaxis)
    assert len(written) >= 3
    assert expected is None or set(expected) <= {*written, "1", "2"}


def test_names_that_collide_are_turned_and_then_thinned():
    few, many = new_axes(4.0, 3.0), new_axes(4.0, 3.0)
    for axes, number in ((few, 12), (many, 60)):
        axes.bar(range(number), range(number))
        axes.set_xticks(range(number), [f"class {index}" for index in range(number)])
        axes.figure.put_in_order()
        assert not collide(axes.xaxis, laid_out(axes.figure))
    assert len(words(few.xaxis)) == 12 and {label.get_rotation() for label in tick_labels(few.xaxis)} <= {45, 90}
    assert 12 < len(words(many.xaxis)) < 60


def in_chinese():
    axes = new_axes(xlabel="轮", ylabel="loss", title="训练误差")
    axes.plot([1, 2], [1, 2], label="训练")
    axes.set_xticks([1, 2], ["猫", "dog"])
    return axes


def test_without_a_font_chinese_is_named_by_number_and_said_once(monkeypatch):
    monkeypatch.setattr("dongshou.drawing.fonts.chinese_font", lambda: None)
    monkeypatch.setattr("dongshou.drawing.texts.chinese_font", lambda: None)
    fonts.in_chinese_font.cache_clear()
    axes = in_chinese()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        axes.figure.put_in_order()
    (warning,) = caught
    assert warning.category is DataNote and "[chinese]" in str(warning.message)
    assert axes.get_xlabel() == "U+8F6E" and axes.get_ylabel() == "loss"
    assert words(axes.xaxis) == ["U+732B", "dog"]
    assert axes.get_legend().get_texts()[0].get_text() == "U+8BAD U+7EC3".replace(" ", "")
    fonts.in_chinese_font.cache_clear()


def test_with_a_font_no_chinese_glyph_is_missing():
    if chinese_font() is None:
        pytest.skip("no font here has Chinese characters")
    axes = in_chinese()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        axes.figure.put_in_order()
        axes.figure.draw_without_rendering()
    assert axes.get_title() == "训练误差"


def test_any_font_that_has_the_characters_will_do(monkeypatch):
    asked = []

    def has(path, characters):
        asked.append(path)
        return path.endswith("DejaVuSerif.ttf")  # not among the names that sound Chinese

    monkeypatch.setattr(fonts, "has", has)
    fonts.chinese_font.cache_clear()
    try:
        assert fonts.chinese_font() == "DejaVu Serif"
        assert not [path for path in asked if "LastResort" in path]  # it draws a box for every character
    finally:
        fonts.chinese_font.cache_clear()


def test_characters_of_the_own_font_are_not_lacking():
    assert lacking("loss ↵ é ␣ ₀") == ""
    assert lacking("\U0010ffff") == "\U0010ffff"


def test_texts_are_translated_when_the_figure_is_saved():
    axes = new_axes(xlabel="epoch", ylabel="loss", title="Loss by epoch")
    axes.plot([1, 2], label="train")
    axes.set_yticks([1, 2], ["one", "two"])
    with translated_with(str.upper):
        axes.figure.put_in_order()
    assert (axes.get_xlabel(), axes.get_title(), words(axes.yaxis)) == ("EPOCH", "LOSS BY EPOCH", ["ONE", "TWO"])
    assert axes.get_legend().get_texts()[0].get_text() == "TRAIN"


@pytest.mark.filterwarnings("ignore:Glyph")  # the machine of the tests may have no Chinese font
@pytest.mark.parametrize("font", ["DejaVu Sans", None])
def test_words_of_a_picture_are_chinese_where_a_font_has_it(font: str | None, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DONGSHOU_LANGUAGE", "zh")
    monkeypatch.setattr(texts, "chinese_font", lambda: font)
    monkeypatch.setattr(texts, "lacking", lambda text: "")
    axes = new_axes(xlabel="epoch", ylabel="test accuracy", title="the most probable")
    axes.plot([1, 2], label="threshold\n0.5")
    axes.plot([2, 1], label="deep train")
    axes.set_yticks([1, 2], ["loss", "threshold 2"])
    with pytest.warns(DataNote, match="这台机器没有中文字体") if font is None else contextlib.nullcontext():
        axes.figure.put_in_order()
    legend = [text.get_text() for text in axes.get_legend().get_texts()]
    found = axes.get_xlabel(), axes.get_ylabel(), axes.get_title(), words(axes.yaxis), legend
    if font is None:
        assert found[:2] == ("epoch", "test accuracy")
    else:  # names along an axis, such as tokens, are translated as sentences alone
        assert found == ("轮", "测试精度", "the most probable", ["loss", "阈值 2"], ["阈值 0.5", "deep 训练"])


def test_pictures_have_no_grid_over_them():
    axes = new_figure().add_subplot()
    axes.imshow(np.eye(3))
    axes.figure.put_in_order()
    assert not any(line.get_visible() for line in axes.get_xgridlines())

"""From an English text to its Chinese: templates, sentences in sentences, names that stay as they are."""

from __future__ import annotations

import pytest

from dongshou.languages.catalogue import Catalogue, catalogue
from dongshou.languages.template import Template, holes

CATALOGUE = Catalogue(
    {
        "{} has no setting {}.{} Its settings: {}.": "{} 没有设置 {}。{}它的设置：{}。",
        " Did you mean {}?": "是不是想写 {}？",
        "{} or {}": "{} 或 {}",
        "{} cannot be made: {}.": "无法建立 {}：{}。",
        "a rate is positive; got {}": "学习率须为正数；得到的是 {}",
        "A task is an object; got {}{}.": "任务是一个对象；得到的是 {}{}。",
        ", which lacks {}": "，它缺少 {}",
        "It is broken.": "已损坏。",
        "line {} of {}": "{1} 的第 {0} 行",
        "{} took too long": "{} 用时过长",
        "returns {{'loss': {}}}": "返回 {{'loss': {}}}",
        "no layer": "没有层",
    },
    {"test": "测试", "accuracy": "精度", "seed": "随机种子"},
)


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("It is broken.", "已损坏。"),
        ("mlp has no setting lrr. Did you mean lr or lr2? Its settings: lr, lr2.", "mlp 没有设置 lrr。是不是想写 lr 或 lr2？它的设置：lr, lr2。"),
        ("mlp has no setting x. Its settings: lr.", "mlp 没有设置 x。它的设置：lr。"),
        ("mlp cannot be made: a rate is positive; got -1.", "无法建立 mlp：学习率须为正数；得到的是 -1。"),
        ("A task is an object; got LeNet, which lacks step.", "任务是一个对象；得到的是 LeNet，它缺少 step。"),
        ("A task is an object; got LeNet.", "任务是一个对象；得到的是 LeNet。"),
        ("line 3 of a.csv", "a.csv 的第 3 行"),
        ("returns {'loss': 3}", "返回 {'loss': 3}"),
        ("It is broken. It is broken.", "已损坏。已损坏。"),
        ("flats.csv: It is broken.", "flats.csv：已损坏。"),
        ("\n  It is broken.\n", "\n  已损坏。\n"),
        ("It is broken.\nno layer", "已损坏。\n没有层"),
        ("test accuracy", "测试精度"),
        ("nobody wrote this", "nobody wrote this"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_text(english: str, chinese: str) -> None:
    assert CATALOGUE.translate(english) == chinese


def test_names_of_a_user_stay_as_they_are() -> None:
    assert CATALOGUE.translate("seed") == "随机种子"  # alone it is a heading
    assert (
        CATALOGUE.translate("seed has no setting test. Its settings: seed.") == "seed 没有设置 test。它的设置：seed。"
    )
    assert CATALOGUE.translate("cats or dogs 2.png took too long") == "cats or dogs 2.png 用时过长"


def test_a_column_of_a_user_is_no_sentence_of_ours() -> None:
    for name in ("rent of flats", "number of rooms", "loss of trust", "mean of income"):
        assert catalogue().translate(name) == name
    assert catalogue().translate("hours of study") == "学习的小时数"  # a heading of the course
    heading = "Weights of the first layer, 64 of 256 units"
    assert catalogue().translate(heading) == "第一层的权重，256 个单元中的 64 个"
    maps = "3.0.relu (ReLU): 8 of 32 maps of 16x16"
    assert catalogue().translate(maps) == "3.0.relu（ReLU）：32 张 16x16 的特征图中的 8 张"


def test_of_two_templates_the_one_that_says_more_is_meant() -> None:
    catalogue = Catalogue({"{} is {}.": "{} 是 {}。", "{} is missing from {}.": "{1} 中没有 {0}。"}, {})
    assert catalogue.translate("a is missing from b.") == "b 中没有 a。"


def test_holes_are_compared_by_number() -> None:
    assert holes("{1} of {0}") == holes("{} of {}") == [0, 1]
    assert holes("{{}} {}") == [0]
    assert Template("{{a}} {} b", "").literals == ["{a} ", " b"]

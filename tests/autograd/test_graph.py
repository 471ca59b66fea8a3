"""The picture of the graph: every tensor, its value and its gradient, as DOT and as well-formed SVG."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

import dongshou.autograd as ag
from dongshou.autograd import Tensor, graph

SVG = "{http://www.w3.org/2000/svg}"


def test_values_and_gradients_stand_on_the_nodes() -> None:
    x = Tensor(2.0, requires_grad=True, name="x <1>")
    y = Tensor(3.0, requires_grad=True, name="y")
    picture = graph(x * y + 1)
    lines = {node.title: node.lines[1:] for node in picture.nodes}
    assert lines["x <1>"] == ["2.", "grad 3."]
    assert lines["multiply"] == ["6.", "grad 1."]
    assert lines["constant"] == ["1."]
    assert len(picture.nodes) == 5 and len(picture.edges) == 4
    assert 'label="x <1>\\n2.\\ngrad 3."' in picture.dot and picture.dot.count("->") == 4
    texts = [text.text for text in ElementTree.fromstring(picture.svg).iter(f"{SVG}text")]
    assert "x <1>" in texts and "grad 3." in texts
    assert picture._repr_svg_() == picture.svg


def test_large_arrays_are_shown_by_their_shape() -> None:
    picture = graph(ag.ones(2, 3, requires_grad=True).sum())
    assert picture.nodes[0].value == "2 x 3"


def test_a_leaf_alone_is_a_graph() -> None:
    assert len(graph(Tensor(1.0)).nodes) == 1
    assert graph(Tensor(1.0, requires_grad=True)).nodes[0].title == "constant"


def test_boxes_lie_within_the_drawing_and_do_not_overlap() -> None:
    x, w = Tensor(0.5, requires_grad=True, name="x"), Tensor(-1.0, requires_grad=True, name="w")
    picture = ElementTree.fromstring(graph(ag.tanh(x * w + x / w) ** 2 - ag.exp(x)).svg)
    width, height = float(picture.attrib["width"]), float(picture.attrib["height"])
    boxes = [
        [float(rect.attrib[key]) for key in ("x", "y", "width", "height")]
        for rect in picture.iter(f"{SVG}rect")
        if "x" in rect.attrib
    ]
    for i, (x0, y0, w0, h0) in enumerate(boxes):
        assert 0 <= x0 and x0 + w0 <= width and 0 <= y0 and y0 + h0 <= height
        for x1, y1, w1, h1 in boxes[:i]:
            apart = x0 + w0 <= x1 or x1 + w1 <= x0 or y0 + h0 <= y1 or y1 + h1 <= y0
            assert apart


@pytest.mark.parametrize("count", [1, 40])
def test_long_chains_are_drawn(count) -> None:
    y = Tensor(1.0, requires_grad=True, name="x")
    for _ in range(count):
        y = y * 1.01
    assert len(graph(y).nodes) == 2 * count + 1

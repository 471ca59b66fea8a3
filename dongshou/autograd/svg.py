"""A drawing of a directed graph as SVG: columns in the order of dependence (Sugiyama et al., 1981)."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import pairwise

LETTER, LINE = 7, 16  # pixels: the width of a letter, the height of a line
GAP_X, GAP_Y, MARGIN = 40, 16, 12
HEAD = (
    '<defs><marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
    '<path d="M0 0L8 4L0 8z" fill="#555"/></marker></defs>'
)

Edges = Sequence[tuple[int, int]]
Point = tuple[float, float]


def draw(labels: Sequence[list[str]], is_leaf: Sequence[bool], edges: Edges) -> str:
    """Boxes of lines of text, joined by arrows from left to right. Edges lead from earlier boxes to later ones."""
    depths = depths_of(len(labels), edges)
    routes = routes_of(edges, depths)
    sizes = [(LETTER * max(map(len, lines)) + 16, LINE * len(lines) + 10) for lines in labels]
    sizes += [(0, 0)] * (len(depths) - len(labels))  # the points on the way of an arrow
    places, width, height = arrange(columns_of(depths, [link for route in routes for link in pairwise(route)]), sizes)
    arrows = [arrow([places[i] for i in route], sizes[route[0]][0], sizes[route[-1]][0]) for route in routes]
    boxes = [box(*item) for item in zip(places, sizes, labels, is_leaf, strict=False)]
    size = f'viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}"'
    start = (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="monospace" font-size="12" text-anchor="middle">'
    )
    return "\n".join([start, HEAD, '<rect width="100%" height="100%" fill="white"/>', *arrows, *boxes, "</svg>\n"])


def depths_of(count: int, edges: Edges) -> list[int]:
    """The column of each box: as far left as its arrows allow, but right before its target where a path begins."""
    depths = [0] * count
    for start, end in sorted(edges, key=lambda edge: edge[1]):
        depths[end] = max(depths[end], depths[start] + 1)
    for first in {start for start, _ in edges} - {end for _, end in edges}:
        depths[first] = min(depths[end] - 1 for start, end in edges if start == first)
    return depths


def routes_of(edges: Edges, depths: list[int]) -> list[list[int]]:
    """Each edge with a point in every column that it crosses, so that it gets a place there. Adds their depths."""
    routes = []
    for start, end in edges:
        crossed = range(depths[start] + 1, depths[end])
        routes.append([start, *range(len(depths), len(depths) + len(crossed)), end])
        depths.extend(crossed)
    return routes


def columns_of(depths: list[int], links: Edges) -> list[list[int]]:
    """What stands in each column, sorted by the mean height of what it leads to, so that few arrows cross."""
    columns: list[list[int]] = [[] for _ in range(max(depths) + 1)]
    for i, depth in enumerate(depths):
        columns[depth].append(i)
    heights = dict.fromkeys(range(len(depths)), 0.0)
    for column in reversed(columns):
        targets = {i: [heights[end] for start, end in links if start == i] or [0.0] for i in column}
        column.sort(key=lambda i, targets=targets: sum(targets[i]) / len(targets[i]))
        heights |= {i: row - (len(column) - 1) / 2 for row, i in enumerate(column)}
    return columns


def arrange(columns: list[list[int]], sizes: list[tuple[int, int]]) -> tuple[list[Point], float, float]:
    """The middle of everything, and the size of the whole drawing."""
    places = [(0.0, 0.0)] * len(sizes)
    column_heights = [sum(sizes[i][1] + GAP_Y for i in column) - GAP_Y for column in columns]
    middle, x = MARGIN + max(column_heights) / 2, float(MARGIN)
    for column, column_height in zip(columns, column_heights, strict=True):
        y = middle - column_height / 2
        width = max(sizes[i][0] for i in column)
        for i in column:
            places[i] = (x + width / 2, y + sizes[i][1] / 2)
            y += sizes[i][1] + GAP_Y
        x += width + GAP_X
    return places, x - GAP_X + MARGIN, 2 * middle


def arrow(points: list[Point], start_width: int, end_width: int) -> str:
    """A curve from the right side of a box to the left side of another, level at every point between."""
    points[0] = (points[0][0] + start_width / 2, points[0][1])
    points[-1] = (points[-1][0] - end_width / 2, points[-1][1])
    curves = [
        f"C{(x0 + x1) / 2:g} {y0:g} {(x0 + x1) / 2:g} {y1:g} {x1:g} {y1:g}" for (x0, y0), (x1, y1) in pairwise(points)
    ]
    path = f"M{points[0][0]:g} {points[0][1]:g}{''.join(curves)}"
    return f'<path d="{path}" fill="none" stroke="#555" marker-end="url(#head)"/>'


def box(place: Point, size: tuple[int, int], lines: list[str], is_leaf: bool) -> str:
    """A box, its corners round where an operator made the value, with the first line in bold."""
    (x, y), (width, height) = place, size
    fill, radius = ("#eef6ee", 0) if is_leaf else ("#eef2fb", 12)
    left, top = x - width / 2, y - height / 2
    shape = f'x="{left:g}" y="{top:g}" width="{width}" height="{height}" rx="{radius}"'
    texts = [
        f'<text x="{x:g}" y="{top + LINE * row + 1:g}" font-weight="{weight}">{escape(line)}</text>'
        for row, (line, weight) in enumerate(zip(lines, ["bold", "normal", "normal"], strict=False), start=1)
    ]
    return "\n".join([f'<rect {shape} fill="{fill}" stroke="#555"/>', *texts])

"""Boxes, anchors, detectors."""

SENTENCES = {
    "Anchors need sizes and ratios above 0; got sizes={}, ratios={}.": "锚框的缩放比和宽高比须大于 0；得到的是 sizes={}、ratios={}。",
    "Each grid has sizes and ratios; got {} and {}.": "每个特征图须各有缩放比和宽高比；得到的是 {} 组和 {} 组。",
}

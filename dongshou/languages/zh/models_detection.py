"""Boxes, anchors, detectors."""

SENTENCES = {
    "Anchors need sizes and ratios above 0; got sizes={}, ratios={}.": "锚框的缩放比和宽高比须大于 0；得到的是 sizes={}、ratios={}。",
    "Each grid has sizes and ratios; got {} and {}.": "每个特征图须各有缩放比和宽高比；得到的是 {} 组和 {} 组。",
    "This detector needs pictures of at least {}x{} pixels; got {}x{}. Scale them with size={} or more.": "这个检测器需要至少 {}x{} 像素的图片；得到的是 {}x{}。请用 size={} 或更大的值缩放。",
}

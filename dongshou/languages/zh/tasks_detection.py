"""Detection."""

SENTENCES = {
    "Detections and true boxes are of the same pictures; got {} and {}.": "检测结果和真实边界框须属于同样的图片；得到的是 {} 张和 {} 张。",
    "Detection learns from pictures and their Boxes; got {} beside the pictures.": "目标检测从图片及其 Boxes 学习；图片旁边得到的是 {}。",
}

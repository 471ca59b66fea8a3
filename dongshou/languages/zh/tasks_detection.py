"""Detection."""

SENTENCES = {
    "Detections and true boxes are of the same pictures; got {} and {}.": "检测结果和真实边界框须属于同样的图片；得到的是 {} 张和 {} 张。",
}

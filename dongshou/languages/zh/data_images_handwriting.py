"""Data images handwriting."""

SENTENCES = {
    "{} shows {} separate marks, as a page of print does: photograph at most {} digits at a time.": "{} 上有 {} 个分开的笔迹，像一页印刷品：一次请最多拍 {} 个数字。",
}

"""Digit scenes."""

SENTENCES = {
    "A digit needs a box of at least {}x{} pixels within the picture of {}x{}; got left, top, right, bottom = {}.": "数字的框至少要有 {}x{} 像素，且在 {}x{} 的图片之内；得到的左、上、右、下为 {}。",
    "A digit is 0 to 9; got {}.": "数字是 0 到 9；得到的是 {}。",
    "Digit scenes need at least 1 of each; got num_train={}, num_test={}, most={}.": "数字场景的各项至少为 1；得到的是 num_train={}、num_test={}、most={}。",
    "Digit scenes need pictures of at least {}x{} pixels; got size={}.": "数字场景的图片至少要有 {}x{} 像素；得到的是 size={}。",
}

"""Figures: fonts, and words that all of them share."""

SENTENCES = {
    "No font of this machine has Chinese: pictures stay in English; {}.": "这台机器没有中文字体：图片仍用英文；{}。",
    "install one (fonts-noto-cjk), or the small one of `{}`": "请安装一种（fonts-noto-cjk），或用 `{}` 取一种小的",
    "No font of this machine has {}: pictures name such characters by their number; {}.": "这台机器的字体中没有 {}：图片里这些字符用编号表示；{}。",
    "epoch or step": "轮或步",
}

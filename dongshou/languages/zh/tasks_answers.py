"""Tasks answers."""

SENTENCES = {
    "gap {}": "空缺 {}",
    "Points of a plane are (n, 2); got {}.": "平面上的点须为 (n, 2)；得到的是 {}。",
    "Points that the model has made": "模型生成的点",
}

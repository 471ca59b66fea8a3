"""Tasks answers."""

SENTENCES = {
    "gap {}": "空缺 {}",
}

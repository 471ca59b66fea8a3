"""What all parts of the package say."""

SENTENCES = {
    " Did you mean {}?": "是不是想写 {}？",
    "the class {}": "类 {}",
}

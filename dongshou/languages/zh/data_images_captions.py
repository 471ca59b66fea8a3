"""Captioned scenes."""

SENTENCES = {
    "A caption has at most {} words, commas included; got {}.": "图片描述至多 {} 个词（含逗号）；得到的是 {} 个。",
    'The model knows no word "{}".{} It reads captions such as "{}".': "模型不认识“{}”这个词。{}它读的描述例如“{}”。",
    'A caption has words, as in "{}"; this one is empty.': "图片描述要有词，例如“{}”；这一句是空的。",
    "num_examples is at least the batch of {}, and num_test at least 1; got {} and {}.": "num_examples 至少为一个批次的 {}，num_test 至少为 1；得到的是 {} 和 {}。",
}

"""Data text subwords."""

SENTENCES = {
    "max_tokens leaves room for {} tokens beside [CLS] and [SEP]; take at least one more.": "max_tokens 除 [CLS] 和 [SEP] 之外只留下 {} 个词元；请至少再加一个。",
    "The vocabulary of a BERT has [UNK], [CLS] and [SEP]; of its {} tokens none is {}. Give the vocab.txt that lies beside the weights.": "BERT 的词表有 [UNK]、[CLS] 和 [SEP]；这里的 {} 个词元中没有 {}。请给与权重放在一起的 vocab.txt。",
}

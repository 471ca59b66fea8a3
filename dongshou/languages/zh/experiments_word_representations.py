"""Experiments word representations."""

SENTENCES = {
    "below what counting pairs of words comes to": "低于数词对得到的",
    "tokens of a pair of sentences, [CLS] and [SEP] among them": "一对句子的词元数，包括 [CLS] 和 [SEP]",
    "hidden units of the feed-forward network in each block": "每个块中前馈网络的隐藏单元数",
    "Guessing a masked word of a text that was held out": "猜留出文本中被遮住的词",
    "BERT learns a language by filling gaps in it and telling neighbouring sentences from others (Devlin et al., 2019).": "BERT 学习语言：填补其中的空缺，分辨相邻的句子与别的句子（Devlin 等，2019）。",
    "The book's 50 steps, which is as far as its figures go: no word has been learnt yet.": "书中的 50 步，书上的数字也只到这里：还没有学会任何词。",
    "The book's loss is a mean over all slots for words, also those of pairs that have fewer: train_slot_loss. It is what is trained on here, and stands lower than train_mlm_loss, that of the words alone. The book's figures are those of the large part of WikiText-2; where it is not at hand (a note says so), there are fewer words, and losses are lower.": "书中的损失是所有空位的均值，空缺较少的句子对的空位也算在内：train_slot_loss。这里训练的就是它，它低于只算词的 train_mlm_loss。书上的数字属于 WikiText-2 的大的部分；没有它时（会有提示），词更少，损失更低。",
    "Until words are learnt, on two cores: pairs of similar length in a batch, gaps drawn again in each epoch.": "直到学会词为止，双核机器：批次中的句子对长度相近，每轮重新抽取空缺。",
    "Sentences of the manual that comes with every Python: no download.": "Python 自带手册中的句子：不需要下载。",
}

"""Data text subwords."""

SENTENCES = {
    "max_tokens leaves room for {} tokens beside [CLS] and [SEP]; take at least one more.": "max_tokens 除 [CLS] 和 [SEP] 之外只留下 {} 个词元；请至少再加一个。",
    "The vocabulary of a BERT has [UNK], [CLS] and [SEP]; of its {} tokens none is {}. Give the vocab.txt that lies beside the weights.": "BERT 的词表有 [UNK]、[CLS] 和 [SEP]；这里的 {} 个词元中没有 {}。请给与权重放在一起的 vocab.txt。",
    'The symbols of byte-pair encoding are "byte" or "character"; got "{}".': '字节对编码的符号是 "byte" 或 "character"；得到的是 "{}"。',
    "Before any merge there are {} tokens, the {}s and the special ones; got num_tokens={}. Take more.": "合并之前有 {} 个词元，即各个 {} 和特殊词元；得到的是 num_tokens={}。请增大。",
    "Tokens have the numbers 0 to {}; got {} to {}.": "词元的编号是 0 到 {}；得到的是 {} 到 {}。",
    "A vocabulary has each token once, those of its merges too; {}.": "词表中每个词元只出现一次，合并所用的也在其中；{}。",
    "{} stands there twice": "{} 出现了两次",
    "{} is not among them": "{} 不在其中",
    "{}: its {} tokens have other numbers than 0 to {}.": "{}：它的 {} 个词元的编号不是 0 到 {}。",
    "{} holds no byte-pair encoding: give a tokenizer.json with a model BPE.": "{} 中没有字节对编码：请给模型为 BPE 的 tokenizer.json。",
    "{} cuts texts in another way than GPT-2 ({}); only its way can be read here.": "{} 切分文本的方式与 GPT-2 不同（{}）；这里只能读后一种。",
    "normalizer {}": "normalizer 为 {}",
    "pre_tokenizer {}": "pre_tokenizer 为 {}",
    "{} leaves out numbers: its tokens are not 0 to {}.": "{} 略去了编号：它的词元不是 0 到 {}。",
    "{} is no tokenizer of a BERT: its model has to be a WordPiece.": "{} 不是 BERT 的分词器：它的模型须是 WordPiece。",
    "{} holds no {} and no {}: nothing says how a text is read.": "{} 中既没有 {} 也没有 {}：没有说明怎样读文本。",
    "{} is no object of JSON, which a description of a tokenizer is.": "{} 不是 JSON 对象，而分词器的描述应是。",
}

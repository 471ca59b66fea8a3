"""Settings that many experiments share, and what each means: flags, forms and tables take their help from here."""

from __future__ import annotations

from typing import Annotated

from dongshou.data.text.tokens import Level
from dongshou.experiments._shared.character_model import Order

Epochs = Annotated[int, "passes over the training data"]
LearningRate = Annotated[float, "step size of the optimizer"]
BatchSize = Annotated[int, "examples in a step"]
ImageSet = Annotated[str, "fashion-mnist, mnist, digits, cifar10 or cifar10-tiny"]
ImageSize = Annotated[int, "height and width that images are scaled to, in pixels"]
Text = Annotated[str, "a text of `dongshou data list`, or a text file"]
Pairs = Annotated[str, "fra-eng, dates, dates-zh, or a file with a pair of sentences a line, separated by a tab"]
TokenLevel = Annotated[Level, "what a token is: a character, a sub-word by byte-pair encoding, or a word"]
NumSubwords = Annotated[int, "tokens of byte-pair encoding, learned from the training text, with level=subword"]
HeldOutText = Annotated[float, "share at the end of the text held out, where it comes without a part for validation"]
Encoding = Annotated[str, "encoding of a text file of your own"]
LabelledSet = Annotated[
    str,
    "sst, sst-fine, trec, rt-polarity, imdb or invented-reviews; or your own: a CSV or JSON-lines file with the"
    " columns text and label, or a folder for each class",
]
Columns = Annotated[tuple[str, ...], "text and label by the names of their columns, in a file of your own"]
HeldOutTest = Annotated[float, "share of the examples held out to test on, where the set has no test of its own"]
Prompt = Annotated[str, "text that the model continues"]
Images = Annotated[str, "folder of pictures of your own: a folder for each class, or a CSV file beside it (labels)"]
Labels = Annotated[str, "CSV file with the columns id and label, for pictures in one folder"]
HeldOut = Annotated[float, "share of the examples held out for validation"]
Hidden = Annotated[tuple[int, ...], "units of each hidden layer"]
NumHiddens = Annotated[int, "units of each hidden layer"]
NumLayers = Annotated[int, "hidden layers, one on top of the other"]
NumHeads = Annotated[int, "attention heads"]
NumTokens = Annotated[int, "tokens in a training sequence"]
OptimizerSteps = Annotated[int, "steps of the optimizer"]
Iterations = Annotated[int, "steps of gradient descent"]
EmbeddingSize = Annotated[int, "numbers in the vector of a token"]
Dropout = Annotated[float, "share of the units dropped at random in training"]
WeightDecay = Annotated[float, "factor of the penalty on the squared weights"]
Momentum = Annotated[float, "share of the previous step that the next one keeps"]
Noise = Annotated[float, "standard deviation of the noise in the data"]
GradientNoise = Annotated[float, "standard deviation of the noise on the gradients"]
NumExamples = Annotated[int, "examples to generate"]
MaxExamples = Annotated[int, "sentence pairs to use, the first of the file"]
MaxWords = Annotated[int, "longest sentence to use, in words"]
MinFrequency = Annotated[int, "words that occur less often than this become <unk>"]
Bidirectional = Annotated[bool, "read the text in both directions"]
Sampling = Annotated[Order, "sequential keeps the order of the text and carries the state over, random does not"]

"""Film reviews by a grammar, always here: nobody has written them, and what they mean is decided by the grammar.

Real reviews are `sst`, `rt-polarity` and `imdb`. What makes real ones difficult for a bag of words is in these too:
`not` turns a word round, and of two opinions the main clause counts, the one after `but` or beside `although`.
"""

from __future__ import annotations

import random
from hashlib import sha256

import torch

from dongshou.data.text.labelled import Examples, LabelledTexts

CLASSES = ("negative", "positive")
NUM_REVIEWS = 4_000

SUBJECTS = {
    "the film": "is",
    "this movie": "is",
    "the plot": "is",
    "the story": "is",
    "the cast": "is",
    "the music": "is",
    "the ending": "is",
    "the script": "is",
    "the dialogue": "is",
    "the first half": "is",
    "every scene": "is",
    "the camera work": "is",
    "the leading actor": "is",
    "the jokes": "are",
    "the songs": "are",
    "the characters": "are",
    "the special effects": "are",
}
PRAISE = (
    "good great wonderful moving clever charming brilliant fresh honest thrilling lovely superb witty warm delightful"
)
BLAME = "bad poor terrible boring stupid clumsy dreadful stale false tedious ugly awful lifeless cold painful"
DEGREES = ("", "", "", "very ", "really ", "quite ", "truly ", "rather ", "simply ")
ENJOYED = ("i loved {}", "i enjoyed {}", "i will remember {}", "everybody admires {}")
SUFFERED = ("i hated {}", "i regret {}", "i could not stand {}", "nobody needs {}")
TURNED = ("{} , but {}", "{} , yet {}")  # the second of two opinions counts
CONCEDED = ("although {} , {}", "even if {} , {}")
AGREED = ("{} and {}", "{} ; {}", "{} . {}")
ENDS = (".", ".", ".", "!", "...")


def read() -> LabelledTexts:
    """4,000 different reviews, half of them positive: the same everywhere."""
    reviews = invented(NUM_REVIEWS)
    digest = sha256(repr(reviews).encode()).hexdigest()
    examples = Examples([text for text, _ in reviews], torch.tensor([int(label) for _, label in reviews]))
    return LabelledTexts(examples, classes=CLASSES, name="invented-reviews", files=lambda: {"invented reviews": digest})


def invented(num_reviews: int, seed: int = 0) -> list[tuple[str, bool]]:
    """So many different reviews, negative and positive by turns, and whether each is positive."""
    drawn = random.Random(seed)
    reviews: dict[str, bool] = {}
    while len(reviews) < num_reviews:
        positive = len(reviews) % 2 == 1
        reviews.setdefault(review(drawn, positive), positive)
    return list(reviews.items())


def review(drawn: random.Random, positive: bool) -> str:
    """One opinion, two that agree, or two of which the main clause counts."""
    kind = drawn.random()
    if kind < 0.4:
        text = opinion(drawn, positive)
    elif kind < 0.6:
        text = drawn.choice(AGREED).format(opinion(drawn, positive), opinion(drawn, positive))
    else:
        text = drawn.choice((*TURNED, *CONCEDED)).format(opinion(drawn, not positive), opinion(drawn, positive))
    return f"{text} {drawn.choice(ENDS)}"


def opinion(drawn: random.Random, positive: bool) -> str:
    """A clause that praises or blames, one in four by the denial of the contrary."""
    subject, verb = drawn.choice(list(SUBJECTS.items()))
    if drawn.random() < 0.25:
        return drawn.choice(ENJOYED if positive else SUFFERED).format(subject)
    denies = drawn.random() < 0.25
    adjective = drawn.choice((PRAISE if positive != denies else BLAME).split())
    denial = drawn.choice((" not", " never", " n't")) if denies else ""
    return f"{subject} {verb}{denial} {drawn.choice(DEGREES)}{adjective}"

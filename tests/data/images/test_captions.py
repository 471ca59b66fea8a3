"""The language of captions, what is kept of it for the test, and scenes that show what a caption says."""

from __future__ import annotations

import pytest
import torch

from dongshou.data.images.captions.grammar import (
    EXAMPLES,
    Caption,
    Thing,
    captions,
    longest,
    tokens_of,
    vocabulary,
    words_of,
)
from dongshou.data.images.captions.load import (
    GAP,
    HEIGHT,
    SIDES,
    WIDTH,
    captioned_scenes,
    load_captioned_scenes,
    placed,
)
from dongshou.errors import UsageError

LEARNT, KEPT = captions(kept=False), captions(kept=True)


def said(text: str) -> Caption:
    return next(caption for caption in (*LEARNT, *KEPT) if caption.text == text)


def test_what_captions_say_from_left_to_right():
    assert said("a three left of a nine").things == (Thing(3), Thing(9))
    assert said("a three right of a nine").things == (Thing(9), Thing(3))
    assert said("a small eight right of a large zero").things == (Thing(0, "large"), Thing(8, "small"))
    assert said("two sevens, the left one large").things == (Thing(7, "large"), Thing(7, "small"))
    assert said("two ones, the right one small").things == (Thing(1, "large"), Thing(1, "small"))
    assert said("two sixes").things == (Thing(6), Thing(6)) and said("an eight").things == (Thing(8),)
    assert {"a large eight", "an eight left of a one", "a one left of an eight"} <= {one.text for one in LEARNT + KEPT}


def test_every_sentence_is_there_once():
    texts = [caption.text for caption in LEARNT + KEPT]
    assert len(texts) == len({*texts}) == 30 + 90 * 2 * 3 + 10 * 5


def test_combinations_are_kept_but_no_word_and_no_digit_of_a_place():
    words = {word for caption in LEARNT for word in words_of(caption.text)}
    assert words == {*vocabulary()[2:]}
    for side in (0, 1):
        for some in (LEARNT, KEPT):
            assert {one.things[side].digit for one in some if len(one.things) == 2} == {*range(10)}

    def pairs(some: tuple[Caption, ...]) -> set[tuple[str, ...]]:
        """Digits and order, whatever the sizes."""
        return {
            tuple(word for word in words_of(one.text) if word not in ("a", "an", "large", "small"))
            for one in some
            if len({thing.digit for thing in one.things}) == 2
        }

    assert not pairs(LEARNT) & pairs(KEPT) and len(pairs(KEPT)) / 180 == pytest.approx(1 / 7, abs=0.03)
    twice = [one for one in KEPT if len({thing.digit for thing in one.things}) == 1]
    assert len(twice) == 8 and all("the" in words_of(one.text) for one in twice)
    assert {*EXAMPLES} <= {one.text for one in KEPT}


def test_a_caption_as_numbers():
    (tokens,) = tokens_of("Two sevens, the LEFT one large")
    words = [vocabulary()[number] for number in tokens.tolist() if number]
    assert words == ["<caption>", "two", "sevens", ",", "the", "left", "one", "large"]
    assert tokens.shape == (longest(),) and not tokens[8:].any()
    assert torch.equal(tokens_of("two sevens , the left one large")[0], tokens)


@pytest.mark.parametrize(
    ("caption", "message"),
    [
        (
            "a ninen left of a nine",
            r'^The model knows no word "ninen"\. Did you mean nine or nines\? It reads',
        ),
        ("a cat", '^The model knows no word "cat".* It reads captions such as "a three left of a nine".$'),
        ("a <pad>", 'knows no word "<pad>"'),
        ("  ", "^A caption has words, .*; this one is empty.$"),
        ("a three left of a three left of a nine", "^A caption has at most 8 words, commas included; got 10.$"),
    ],
)
def test_captions_that_are_none(caption: str, message: str):
    with pytest.raises(UsageError, match=message):
        tokens_of(caption)


def test_digits_lie_side_by_side_in_their_sizes():
    generator = torch.Generator().manual_seed(0)
    seen = set()
    for caption in 3 * (LEARNT + KEPT)[::5]:
        boxes = placed(caption.things, generator)
        assert [digit for digit, _ in boxes] == [thing.digit for thing in caption.things]
        for thing, (_, (left, top, right, bottom)) in zip(caption.things, boxes, strict=True):
            low, high = SIDES[thing.size]
            assert low <= right - left == bottom - top <= high
            assert 0 <= left and right <= WIDTH and 0 <= top and bottom <= HEIGHT
            seen |= {("left", left), ("right", right), ("top", top)}
        if len(boxes) == 2:
            assert boxes[1][1][0] - boxes[0][1][2] >= GAP
    assert {("left", 0.0), ("right", float(WIDTH)), ("top", 0.0), ("top", HEIGHT - 7.0)} <= seen


def test_scenes_to_learn_from():
    data = load_captioned_scenes(40, 12, batch_size=16)
    pictures, tokens = next(iter(data.train()))
    assert pictures.shape == (16, 1, HEIGHT, WIDTH) and tokens.shape == (16, longest())
    assert data.shape == pictures.shape[1:] and pictures.min() == -1 and pictures.max() == 1
    pixels, tokens, of_each = captioned_scenes("test", 12)
    assert all(torch.equal(tokens_of(one.text)[0], row) for one, row in zip(of_each, tokens, strict=True))
    assert all(one.is_kept for one in of_each) and not any(one.is_kept for one in captioned_scenes("train", 40)[2])
    first, *_ = data.test()
    assert torch.allclose(first[0], pixels / 127.5 - 1)
    with pytest.raises(UsageError, match="at least the batch of 64, and num_test at least 1; got 40 and 500"):
        load_captioned_scenes(40)

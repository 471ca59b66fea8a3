"""Merging the symbols of a piece, in the order in which the merges were learnt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from heapq import heapify, heappop, heappush

GONE = -1  # a symbol that its left neighbor has taken in


def merged(symbols: Sequence[int], ranks: Mapping[tuple[int, int], int], results: Sequence[int]) -> list[int]:
    """The tokens of one piece: the pair learnt first is merged first, of several the leftmost; O(n log n).

    ranks    when each pair was learnt
    results  by its rank, the token that a pair becomes

    >>> merged([1, 2, 1, 2, 3], {(1, 2): 0, (4, 3): 1}, results=[4, 5])
    [4, 5]
    """
    tokens, num = list(symbols), len(symbols)
    after, before = list(range(1, num + 1)), list(range(-1, num - 1))  # neighbors that are still there
    # rank * num + place: one number is compared faster than two
    queue = [
        ranks[pair] * num + place for place, pair in enumerate(zip(tokens, tokens[1:], strict=False)) if pair in ranks
    ]
    heapify(queue)
    while queue:
        rank, place = divmod(heappop(queue), num)
        neighbor = after[place]
        if neighbor == num or ranks.get((tokens[place], tokens[neighbor])) != rank:
            continue  # another merge has taken one of the two
        tokens[place], tokens[neighbor] = results[rank], GONE
        after[place] = after[neighbor]
        if after[neighbor] < num:
            before[after[neighbor]] = place
        for left, right in ((before[place], place), (place, after[place])):
            if 0 <= left and right < num and (pair := (tokens[left], tokens[right])) in ranks:
                heappush(queue, ranks[pair] * num + left)
    return [token for token in tokens if token != GONE]

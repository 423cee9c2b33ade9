"""How much better than chance a guess is, with the deviation that honest chance has.

A way of guessing scores pairs. Each truth is shown beside every other candidate, and the advantage
is how often it gets the higher score, ties counting half, less a half: 0 for blindness, 0.5 for
knowing. If nothing ties both sides together, every assignment of the truths is equally likely, and
mean and variance of the sum are exact (Hoeffding's combinatorial central limit theorem).
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

__all__ = ["Matrix", "Told", "bound", "pairing", "ranked", "trend"]

ONCE_IN = 1e9
"""Honest chance passes the bound less than once in so many runs."""

LEAST = 12
"""With fewer pairs nothing is said: not even all of them could pass the bound."""

Matrix = Sequence[Sequence[float]]
"""Scores of each on the left (row) with each on the right; the true ones on the diagonal."""


@dataclass(frozen=True)
class Told:
    """What a way of guessing told: its advantage, how far that is from chance, over how many."""

    advantage: float
    deviations: float
    pairs: int


def bound(looks: int) -> float:
    """Return the deviations that honest chance passes once in 10^9 runs of so many looks."""
    return NormalDist().inv_cdf(1 - 1 / (2 * ONCE_IN * max(1, looks)))


def ranked(scores: Matrix) -> list[list[float]]:
    """Return, for each score, which share of its row it is above, ties counting half."""
    rows = []
    for row in scores:
        order, others = sorted(row), max(1, len(row) - 1)
        rows.append(
            [(bisect_left(order, one) + bisect_right(order, one) - 1) / 2 / others for one in row]
        )
    return rows


def pairing(groups: Iterable[Matrix]) -> Told:
    """Say what scores tell of which belongs to which; each group is ranked by itself."""
    total = expected = variance = 0.0
    pairs = 0
    for ranks in groups:
        count = len(ranks)
        if count < 2:
            continue
        means = [sum(column) / count for column in zip(*ranks, strict=True)]
        total += sum(ranks[at][at] for at in range(count))
        expected += sum(means)
        squares = sum(
            (one - mean) ** 2 for row in ranks for one, mean in zip(row, means, strict=True)
        )
        # Each row's mean is a half, and so is that of all.
        variance += squares / (count - 1)
        pairs += count
    return _told(total, expected, variance, pairs)


def trend(groups: Iterable[tuple[Sequence[float], Sequence[float]]]) -> Told:
    """Say what values tell of an amount: of two in a group that differ, which has more.

    Each group has the values, and the true amounts in the same order.
    """
    total = expected = variance = 0.0
    right = different = things = 0
    for values, truth in groups:
        count = len(values)
        if count < 2:
            continue
        ranks, amounts = ranked([values])[0], ranked([truth])[0]
        mean, other_mean = sum(ranks) / count, sum(amounts) / count
        total += sum(one * other for one, other in zip(ranks, amounts, strict=True))
        expected += count * mean * other_mean
        squares = sum((one - mean) ** 2 for one in ranks)
        variance += squares * sum((one - other_mean) ** 2 for one in amounts) / (count - 1)
        things += count
        for a in range(count):
            for b in range(a):
                right += _sign(values[a] - values[b]) * _sign(truth[a] - truth[b])
                different += truth[a] != truth[b]
    told = _told(total, expected, variance, things)
    return Told(right / 2 / max(1, different), told.deviations, things)


def _told(total: float, expected: float, variance: float, pairs: int) -> Told:
    if pairs < LEAST or variance < 1e-12:
        return Told(0.0, 0.0, pairs)
    return Told((total - expected) / pairs, (total - expected) / math.sqrt(variance), pairs)


def _sign(number: float) -> int:
    return (number > 0) - (number < 0)

"""How well the adversary guesses: by each thing that it can compare, and by all together."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from crypto.sizes import TAG_SIZE
from tests.means.advantage import Told, pairing, ranked, trend
from tests.whole.adversary import Amounts, Question, Thing

__all__ = ["Score", "named_scores", "score_amounts", "score_question"]

Pairs = Sequence[tuple[Thing, Thing]]
Compare = Callable[[Thing, Thing], float | None]

HEARD = 2.0
"""Deviations in what is learned from; below, what chance says would drown what is known."""

CROSSED = (
    ("number of batch", "place in bundles"),
    ("place in batch", "place in bundles"),
    ("id", "bin by body, first"),
    ("id", "index by digest, first"),
    ("number of batch", "bin by body, first"),
    ("number of batch", "order of requests"),
    ("intake.sqlite by record, first", "bin by body, first"),
)
"""Signs of different kinds that may be near each other."""


@dataclass(frozen=True)
class Score:
    """What was told of a question: by each way, and by what was learned from half of the truth."""

    name: str
    ways: dict[str, Told]
    learned: Told

    @property
    def best(self) -> tuple[str, Told]:
        """The way that told most, and what."""
        return max(self.ways.items(), key=lambda way: abs(way[1].deviations))


def score_question(question: Question) -> Score:
    """Try every way on a question."""
    compares = dict(_ways(question.groups))
    ways = {
        name: pairing(ranked(_matrix(_known(pairs, compare), compare)) for pairs in question.groups)
        for name, compare in compares.items()
    }
    return Score(question.name, ways, _learned(question.groups, compares))


def score_amounts(amounts: Amounts) -> Score:
    """Try every way to guess an amount."""
    ways = {sign: trend(_amounts(amounts.groups, sign)) for sign in _signs(amounts)}
    return Score(amounts.name, ways, _learned_amount(amounts))


def named_scores(questions: Sequence[Question]) -> dict[str, Told]:
    """What is told by the ways that SPEC 15 names."""
    return {
        f"{question.name} by {sign}": pairing(
            ranked(_matrix(_known(pairs, compare), compare)) for pairs in question.groups
        )
        for question in questions
        for sign in ("order of requests", "first copy", "last copy")
        for compare in [_near_named(sign)]
    }


# ---- Ways ----------------------------------------------------------------------------------------


def _ways(groups: Sequence[Pairs]) -> Iterator[tuple[str, Compare]]:
    left = {sign for pairs in groups for one, _ in pairs for sign in one.signs}
    right = {sign for pairs in groups for _, other in pairs for sign in other.signs}
    for sign in sorted(left & right):
        yield sign, _near(sign, sign)
    for sign, other in CROSSED:
        if sign in left and other in right:
            yield f"{sign} and {other}", _near(sign, other)
    for sign in sorted({sign for pairs in groups for one, _ in pairs for sign in one.same}):
        yield f"same {sign}", _same(sign)
    yield "bits", lambda one, other: -((one.bits ^ other.bits).bit_count())
    yield "bits of ids", lambda one, other: -_differing(one.id, other.id)
    yield "common words", lambda one, other: len(one.words & other.words)
    yield "tags", lambda one, other: float(one.body[:TAG_SIZE] in other.tags)


def _near(sign: str, other_sign: str) -> Compare:
    def near(one: Thing, other: Thing) -> float | None:
        if sign not in one.signs or other_sign not in other.signs:
            return None
        return -abs(one.signs[sign] - other.signs[other_sign])

    return near


def _near_named(sign: str) -> Compare:
    def near(one: Thing, other: Thing) -> float | None:
        if sign not in one.named or sign not in other.named:
            return None
        return -abs(one.named[sign] - other.named[sign])

    return near


def _same(sign: str) -> Compare:
    def same(one: Thing, other: Thing) -> float | None:
        if sign not in one.same or sign not in other.same:
            return None
        return float(one.same[sign] == other.same[sign])

    return same


def _differing(one: bytes, other: bytes) -> int:
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).bit_count()


def _known(pairs: Pairs, compare: Compare) -> Pairs:
    """The pairs of which both sides have what is compared."""
    return [pair for pair in pairs if compare(*pair) is not None]


def _matrix(pairs: Pairs, compare: Compare) -> list[list[float]]:
    return [[compare(one, other) or 0.0 for _, other in pairs] for one, _ in pairs]


# ---- All ways together ---------------------------------------------------------------------------


def _learned(groups: Sequence[Pairs], compares: dict[str, Compare]) -> Told:
    """Weigh each way by what it tells of one half of the truth, and guess the other half."""
    taught, asked = [], []
    for pairs in groups:
        mixed = random.sample(list(pairs), len(pairs))
        taught.append(mixed[: len(mixed) // 2])
        asked.append(mixed[len(mixed) // 2 :])
    sums = [[[0.0] * len(pairs) for _ in pairs] for pairs in asked]
    for compare in compares.values():
        told = pairing(ranked(_matrix(_known(pairs, compare), compare)) for pairs in taught)
        if abs(told.deviations) < HEARD:
            continue
        for total, pairs in zip(sums, asked, strict=True):
            _add(total, pairs, compare, told.deviations)
    return pairing(ranked(total) for total in sums)


def _add(total: list[list[float]], pairs: Pairs, compare: Compare, weight: float) -> None:
    known = [at for at, pair in enumerate(pairs) if compare(*pair) is not None]
    ranks = ranked(_matrix([pairs[at] for at in known], compare))
    for row, ranks_of_row in zip(known, ranks, strict=True):
        for column, rank in zip(known, ranks_of_row, strict=True):
            total[row][column] += weight * (rank - 0.5)


def _learned_amount(amounts: Amounts) -> Told:
    mixed = [random.sample(list(group), len(group)) for group in amounts.groups]
    taught = [group[: len(group) // 2] for group in mixed]
    asked = [group[len(group) // 2 :] for group in mixed]
    sums = [[0.0] * len(group) for group in asked]
    for sign in _signs(amounts):
        told = trend(_amounts(taught, sign))
        if abs(told.deviations) < HEARD:
            continue
        for total, group in zip(sums, asked, strict=True):
            places = [at for at, (thing, _) in enumerate(group) if sign in thing.signs]
            ranks = ranked([[group[at][0].signs[sign] for at in places]])[0]
            for at, rank in zip(places, ranks, strict=True):
                total[at] += told.deviations * (rank - 0.5)
    return trend(
        (total, [truth for _, truth in group]) for total, group in zip(sums, asked, strict=True)
    )


def _signs(amounts: Amounts) -> list[str]:
    return sorted({sign for group in amounts.groups for thing, _ in group for sign in thing.signs})


def _amounts(
    groups: Sequence[Sequence[tuple[Thing, float]]], sign: str
) -> Iterator[tuple[list[float], list[float]]]:
    """Of each group the values of a sign, where it is there, and the true amounts."""
    for group in groups:
        known = [(thing.signs[sign], truth) for thing, truth in group if sign in thing.signs]
        yield [value for value, _ in known], [truth for _, truth in known]

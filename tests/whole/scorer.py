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
    ways = {}
    for sign in sorted({sign for thing in amounts.things for sign in thing.signs}):
        known = [
            (thing.signs[sign], truth)
            for thing, truth in zip(amounts.things, amounts.truth, strict=True)
            if sign in thing.signs
        ]
        if len(known) > 1:
            ways[sign] = trend([one for one, _ in known], [truth for _, truth in known])
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
        # What chance alone would say drowns what is known otherwise.
        if abs(told.deviations) < 2:
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
    every = list(zip(amounts.things, amounts.truth, strict=True))
    mixed = random.sample(every, len(every))
    taught, asked = mixed[: len(mixed) // 2], mixed[len(mixed) // 2 :]
    sums = [0.0] * len(asked)
    for sign in sorted({sign for thing in amounts.things for sign in thing.signs}):
        known = [(thing.signs[sign], truth) for thing, truth in taught if sign in thing.signs]
        places = [at for at, (thing, _) in enumerate(asked) if sign in thing.signs]
        if len(known) < 2 or not places:
            continue
        told = trend([one for one, _ in known], [truth for _, truth in known])
        ranks = ranked([[asked[at][0].signs[sign] for at in places]])[0]
        for at, rank in zip(places, ranks, strict=True):
            sums[at] += told.deviations * (rank - 0.5) * (abs(told.deviations) >= 2)
    return trend(sums, [truth for _, truth in asked])

"""Whoever runs or seizes the server, and has one recipient's vault besides, ties nothing together.

Of each question the advantage over guessing is printed (`pytest -s`), and must be within what
honest chance passes less than once in 10^9 runs. What SPEC 15 names as told has lines of its own:
when requests came, and what is new between two copies; the week tells nothing here, since every
question is asked among things of one. A story in which old faults are put
back by hand is scored by the same means, which must find them.

Visits in real browsers: `tests/intake/web/pages/test_visits.py`.
"""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.means.advantage import Told, bound
from tests.whole.adversary import Adversary
from tests.whole.scorer import Score, named_scores, score_amounts, score_question
from tests.whole.seized_story import Story
from tests.whole.seized_telling import tell

pytestmark = pytest.mark.long


@dataclass(frozen=True)
class Verdict:
    """What an adversary made of a story. `most`: the deviations that honest chance may have."""

    story: Story
    scores: dict[str, Score]
    named: dict[str, Told]
    most: float


def judged(folder: Path, *, faults: bool) -> Verdict:
    """Let a story happen, score it, and print what was told."""
    story = tell(folder, faults=faults)
    adversary = Adversary(story)
    amounts, questions = adversary.amounts(), adversary.questions()
    scores = [*map(score_question, questions), *map(score_amounts, amounts)]
    looks = sum(len(score.ways) + 1 for score in scores)
    looks += sum(len(copy.orders) for copy in story.copies)
    verdict = Verdict(
        story, {score.name: score for score in scores}, named_scores(questions), bound(looks)
    )
    _print(verdict, "old faults put back" if faults else "version 1", looks)
    return verdict


def _print(verdict: Verdict, title: str, looks: int) -> None:
    print(f"\n{title}: {looks} looks, chance stays within {verdict.most:.1f} deviations")
    for score in verdict.scores.values():
        way, told = score.best
        print(f"  {score.name}")
        print(f"    best of {len(score.ways)} ways  {_text(told)}  {way}")
        print(f"    all, learned    {_text(score.learned)}")
    far = [abs(one) for copy in verdict.story.copies for one in copy.orders.values()]
    print(
        f"  order of arrival in {len(verdict.story.copies)} copies: tau {max(far):.1f} deviations"
    )
    print("  told, as SPEC 15 says:")
    for name, told in verdict.named.items():
        if abs(told.deviations) > verdict.most:
            print(f"    {_text(told)}  {name}")


def _text(told: Told) -> str:
    return f"{told.advantage:+.3f} ({told.deviations:+5.1f} dev., {told.pairs:3})"


@pytest.fixture(scope="module")
def verdict(tmp_path_factory: pytest.TempPathFactory) -> Verdict:
    return judged(tmp_path_factory.mktemp("seized"), faults=False)


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Verdict:
    return judged(tmp_path_factory.mktemp("faulty"), faults=True)


QUESTIONS = (
    "same source?",
    "whose files?",
    "same file?",
    "which report does this record answer?",
    "which message does this record answer?",
    "how many replies of the other recipient?",
    "is this record an answer?",
)


@pytest.mark.parametrize("question", QUESTIONS)
def test_nothing_tells_more_than_guessing(verdict: Verdict, question: str) -> None:
    score = verdict.scores[question]
    telling = {way: told for way, told in score.ways.items() if abs(told.deviations) > verdict.most}
    assert telling == {}
    assert abs(score.learned.deviations) < verdict.most, score.learned


def test_no_file_of_any_copy_tells_the_order_of_arrival(verdict: Verdict) -> None:
    """By Kendall's tau within a week, of everything that can be found as bytes."""
    assert len(verdict.story.copies) > 20
    growing = {copy.name.split()[-2] for copy in verdict.story.copies if "growing" in copy.name}
    assert growing == {"envelopes", "chunks"}
    telling = {
        (copy.name, what): far
        for copy in verdict.story.copies
        for what, far in copy.orders.items()
        if abs(far) > verdict.most
    }
    assert telling == {}


def test_the_database_and_its_log_name_nothing_that_came(verdict: Verdict) -> None:
    assert [copy.in_database for copy in verdict.story.copies] == [0] * len(verdict.story.copies)


def test_every_visit_asks_for_the_same(verdict: Verdict) -> None:
    """Number, order, paths and headers, on the real server, by the real command line."""
    first, *others = verdict.story.visits.values()
    assert len(others) == 3
    # Directory, status, form, two keys, the list and two volumes.
    assert len(first) == 8
    assert all(visit == first for visit in others)


@pytest.mark.parametrize(
    ("question", "way", "least"),
    [
        ("same source?", "bin by body, last", 0.08),
        ("whose files?", "bin by body, last", 0.1),
        ("same file?", "id", 0.4),
        ("which report does this record answer?", "tags", 0.2),
        ("how many replies of the other recipient?", "records with its tags", 0.1),
        ("is this record an answer?", "is one of its tags", 0.1),
    ],
)
def test_the_scorer_finds_old_faults(
    faulty: Verdict, question: str, way: str, least: float
) -> None:
    """Else the tests above would pass for any server. Of what half of the sources show, half.

    So twice as much has to be beyond what the tests above allow, and this much beyond chance: which
    way finds it is said before, so it is one look.
    """
    told = faulty.scores[question].ways[way]
    assert told.advantage > least, told
    assert told.deviations > bound(1), told
    assert 2 * told.deviations > faulty.most, told


def test_the_measure_of_order_finds_old_faults(faulty: Verdict) -> None:
    assert any(
        abs(far) > faulty.most for copy in faulty.story.copies for far in copy.orders.values()
    )

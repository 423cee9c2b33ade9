"""Lets the story of `seized_story` happen, with visits in the end, and says what is true of it."""

import asyncio
from contextlib import ExitStack
from pathlib import Path

from crypto import envelope
from crypto.chain_keys import next_chain_key, reply_tag
from crypto.codename import codename_words, new_codename
from crypto.directory import fingerprint
from crypto.names import Week
from crypto.sizes import TAG_SIZE
from crypto.word_lists import word_list
from tests.browser.bad_line import Faults, bad_line
from tests.means.clock import clock_at
from tests.offices.source_client import Source as Client
from tests.offices.vaults import DAY
from tests.whole.old_faults import old_faults
from tests.whole.seized_story import BOTH, OTHER, SEIZED, Message, Story

__all__ = ["tell"]

TAGS_LOOKED_AT = 16
"""Of each pair chain; nobody here is answered so often."""


def tell(folder: Path, *, faults: bool = False) -> Story:
    """Let it all happen in a folder."""
    story = Story(folder, faults)
    with ExitStack() as stack:
        if faults:
            stack.enter_context(old_faults())
        story.begin()
        story.line = stack.enter_context(bad_line(story.port, story.server_port, Faults()))
        stack.callback(lambda: story.server.process.poll() is None and story.server.stop())
        _tell(story)
        story.answers = {one: _answers_of(story, one) for one in (SEIZED, OTHER)}
    story.heads = list(story.line.heads)
    return story


def _tell(story: Story) -> None:
    story.serve(DAY)
    asyncio.run(story.others_mail())
    asyncio.run(story.round(0, DAY, "report"))
    story.exchange(0, DAY)
    story.copy("exchanged")
    assert story.server.stop() == 0
    story.copy("stopped")
    story.serve(DAY + 7)
    asyncio.run(story.round(1, DAY + 7, "follow-up"))
    story.server.kill()
    story.copy("killed")
    story.serve(DAY + 7)
    story.exchange(1, DAY + 7)
    asyncio.run(story.round(2, DAY + 7, "follow-up"))
    story.exchange(2, DAY + 7)
    if not story.faults:
        story.visits = _visit_all(story, DAY + 7)
    assert story.server.stop() == 0
    story.copy("in the end")


# ---- Visits --------------------------------------------------------------------------------------


def _visit_all(story: Story, day: int) -> dict[str, list[bytes]]:
    """Somebody of each kind reads replies, by the real command line; returns what was asked."""
    visits: dict[str, list[bytes]] = {}
    for what, typed in _visitors(story).items():
        folder = story.folder / f"visit-{len(visits)}"
        folder.mkdir()
        pinned = ("--fingerprint", fingerprint(story.genesis_id))
        before = len(story.line.heads)
        done = Client(folder, story.address, None).run(
            "replies", *pinned, codename=typed, environment=clock_at(day)
        )
        assert ("Answer " in done.out) == ("with news" in what), done.err
        visits[what] = story.line.heads[before:]
    return visits


def _visitors(story: Story) -> dict[str, str]:
    """What is typed at a visit, by what the visit is."""
    answered = {
        number for counts in story.answered.values() for number, count in counts.items() if count
    }

    def somebody(kind: str) -> str:
        found = next(one for one in story.writers if one.kind == kind and one.number in answered)
        return " ".join(codename_words(found.codename, word_list("english")))

    return {
        "no codename": "none",
        "no news": " ".join(codename_words(new_codename(), word_list("english"))),
        "with news": somebody(BOTH),
        "with news, one recipient left out": somebody(OTHER),
    }


# ---- The truth -----------------------------------------------------------------------------------


def _answers_of(story: Story, recipient: str) -> dict[bytes, Message]:
    """Which message each record of a recipient answers; decoys answer none."""
    signer = {one.id: one.signing_key for one in story.directory.recipients}[recipient]
    by_tag: dict[tuple[int, bytes], Message] = {}
    for message in story.messages:
        thread, week = message.writer.source.keys.thread_id, Week(DAY // 7 + (message.round > 0))
        # As it is at this moment, which may be under `old_faults`.
        chain = vars(envelope)["pair_chain"](message.writer.source.keys, recipient, signer, week)
        for _ in range(TAGS_LOOKED_AT):
            by_tag[message.round, reply_tag(chain, story.genesis_id, thread)] = message
            chain = next_chain_key(chain, story.genesis_id)
    return {
        record: by_tag[number, record[:TAG_SIZE]]
        for (number, sender), batches in story.delivered.items()
        if sender == recipient
        for batch in batches
        for record in batch
        if (number, record[:TAG_SIZE]) in by_tag
    }

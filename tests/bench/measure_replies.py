"""What it takes a source to find its replies on the board, once all of it is there."""

import os
import random
import statistics
import time
from collections.abc import Iterator

from crypto.codename import new_codename
from crypto.days import first_day, later
from crypto.directory import Directory, read_directory
from crypto.names import Day, Week
from crypto.office.replies import ReplyTo, new_reply_id, seal_reply
from crypto.replies import open_board
from crypto.sizes import RECORD_SIZE
from crypto.source_keys import SourceKeys, derive_source_keys, pair_chain, set_token
from tests.bench.figures import Figure, measurement
from tests.offices.documents import ISSUED, key, office

RECORDS, OWN, ROUNDS = 5_000, 20, 5
# What the codename itself costs, by intent, is what reading is compared with.
LIMIT = 10.0


@measurement
def replies_found() -> Iterator[Figure]:
    """Find 20 replies among 5,000 records: a year of codenames, two recipients."""
    one = office()
    directory = read_directory(one.document(), one.genesis_id)
    started = time.perf_counter()
    source = derive_source_keys(new_codename(), one.genesis_id)
    derived = time.perf_counter() - started
    day = later(ISSUED, 3)
    records = [os.urandom(RECORD_SIZE) for _ in range(RECORDS - OWN)]
    records += [_reply(source, directory, number, day) for number in range(OWN)]
    random.shuffle(records)
    board = [b"".join(records)]
    spent = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        found = open_board(board, source, directory, day)
        spent.append(time.perf_counter() - started)
        assert len(found) == OWN
    took = statistics.median(spent)
    yield Figure("replies_found", took, "s", took / derived, LIMIT, is_limit=True)


def _reply(source: SourceKeys, directory: Directory, number: int, day: Day) -> bytes:
    """Return an answer to a message of each of the last weeks, by the two recipients in turn."""
    recipient = directory.recipients[number % 2]
    week = Week(day // 7 - number)
    sealed = seal_reply(
        to=ReplyTo(
            thread_id=source.thread_id,
            recipients=("board",),
            set_token=set_token(source, ["board"]),
        ),
        chain=pair_chain(source, recipient.id, recipient.signing_key, week),
        index=0,
        signer=key(recipient.id),
        genesis_id=source.genesis_id,
        recipient_id=recipient.id,
        kind="reply",
        reply_id=new_reply_id(),
        day=first_day(week),
        text=f"Answer {number}: thank you, we have begun to look into it.",
    )
    return sealed.records[0]

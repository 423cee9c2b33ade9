"""What is secret shows nothing of itself when it is printed."""

from dataclasses import replace

import pytest

from crypto.chain_keys import ChainKey
from crypto.chunks import FileKey
from crypto.codename import Codename, Correction, ReadCodename
from crypto.hpke import KemSecretKey
from crypto.names import Day, KeyHash, ThreadId, Week
from crypto.office.envelope import IntakeSecret, OpenedSlot
from crypto.office.replies import ReplyTo, SealedReply
from crypto.payload import Attachment, Fill, TextRest, parse_payload
from crypto.replies import Reply
from crypto.signing import SigningKey
from tests.vectors.messages import message, payload_of, with_files
from tests.vectors.people import SOURCE
from tests.vectors.records import PART

SECRET = b"\xa5secret words that show" + bytes(9)
TEXT = "secret words that show"
KEY = FileKey(SECRET[:32])

SECRETS = [
    Codename(SECRET[:10]),
    Correction(1, TEXT, TEXT),
    ReadCodename(Codename(SECRET[:10]), [Correction(1, TEXT, TEXT)]),
    KEY,
    KemSecretKey(SECRET[:32]),
    SigningKey(SECRET[:32]),
    IntakeSecret(Week(1), KemSecretKey(SECRET[:32])),
    ChainKey(SECRET[:32]),
    SealedReply((SECRET,), ChainKey(SECRET[:32])),
    OpenedSlot(0, SECRET, ChainKey(SECRET[:32]), ThreadId(SECRET), Week(1), KeyHash(bytes(32))),
    ReplyTo(
        thread_id=ThreadId(bytes(32)),
        recipients=(TEXT,),
        set_token=SECRET,
    ),
    Attachment(TEXT, 1, TEXT, KEY, 1, SECRET),
    TextRest(1, KEY, 1, SECRET),
    Fill(KEY, 1),
    parse_payload(payload_of(replace(with_files(), text=TEXT))),
    replace(PART, text=TEXT, set_token=SECRET),
    Reply(
        recipient_id="board",
        reply_id=SECRET,
        kind="reply",
        day=Day(1),
        text=TEXT,
        missing_parts=(),
        recipients=(TEXT,),
        set_token=SECRET,
    ),
    message(text=TEXT),
    replace(SOURCE, master=SECRET, set_key=SECRET),
]


@pytest.mark.parametrize("secret", SECRETS, ids=lambda secret: type(secret).__name__)
def test_a_secret_is_masked(secret: object) -> None:
    """Finding: Hush Line, secrets in the logs of tests."""
    for shown in (repr(secret), str(secret), f"{secret}", repr([secret])):
        assert "secret" not in shown
        assert "a5" not in shown
        assert "hidden" in shown

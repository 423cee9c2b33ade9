"""The twin opens what Python sealed and the other way round, whichever AES the browser has."""

import base64
import hashlib
import json
import secrets
import shutil
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from crypto import errors
from crypto.chain_keys import ChainKey, next_chain_key
from crypto.characters import WHITE_SPACE, fold, is_forbidden, is_sign
from crypto.chunks import (
    FileKey,
    chunk_count,
    chunk_id,
    file_hash,
    new_file_key,
    piece_digest,
    seal_chunk,
)
from crypto.codename import Codename, codename_words, new_codename, read_codename
from crypto.days import later, week_of
from crypto.directory import read_directory
from crypto.envelope import Message, SealTo, new_message_id, seal_envelope, split_text
from crypto.errors import Foreign, NotACodename, Unauthentic
from crypto.hpke import new_kem_secret_key
from crypto.names import FormHash, KeyHash
from crypto.office.chunks import open_file
from crypto.office.envelope import IntakeSecret, open_envelope
from crypto.office.replies import ReplyTo, decoy_record, new_reply_id, seal_reply, split_reply
from crypto.padding import padded_chunk_count
from crypto.payload import Attachment, Fill, Payload, SealedFor, TextRest, encode_payload
from crypto.replies import ReplyPart, encode_reply_message, open_board
from crypto.sizes import PIECE_SIZE, REPLY_INDEXES
from crypto.source_keys import SourceKeys, derive_source_keys, pair_chain, set_token
from crypto.volumes import volume_of
from crypto.word_lists import word_list
from tests.means.repository import REPOSITORY
from tests.offices.documents import ISSUED, key, office
from tests.vectors.calls.directories import shown_directory
from tests.vectors.calls.replies import CALLS as REPLY_CALLS

OFFICE = office()
DAY = later(ISSUED, 1)
WEEK = week_of(DAY)
IDS = ("board", "investigations")
INTAKE = {one: IntakeSecret(WEEK, new_kem_secret_key()) for one in IDS}
CODENAME = new_codename()
SOURCE: SourceKeys = derive_source_keys(CODENAME, OFFICE.genesis_id)
SIZES = (0, 1, PIECE_SIZE, PIECE_SIZE + 1, 3 * PIECE_SIZE - 5)
LONG_TEXTS = {
    "Russian": "Крадут всё, что не прибито. " * 3000,
    "ASCII": "They take all that is not nailed down. " * 2000,
    "emoji": "🙂🙃" * 9000,
    "escapes": 'a "quoted"\n\\line\u0001\u2028' * 3000,
    "short": "Крадут.",
}

Ask = Callable[..., Any]


class Twin:
    """The twin in a process of its own: a question a line, an answer a line."""

    def __init__(self, program: "subprocess.Popen[str]") -> None:
        assert program.stdin is not None
        assert program.stdout is not None
        self._questions, self._answers = program.stdin, program.stdout

    def ask(self, engine: str, call: str, inputs: dict[str, object]) -> Any:
        """Return what a call gives; raises the error of the class that it raises."""
        self._questions.write(json.dumps({"engine": engine, "call": call, **inputs}) + "\n")
        self._questions.flush()
        answer = json.loads(self._answers.readline())
        if "ok" in answer:
            return answer["ok"]
        refusal = getattr(errors, answer["error"], None)
        raise refusal(*answer["details"]) if refusal else AssertionError(answer)


@pytest.fixture(scope="module")
def twin() -> Iterator[Twin]:
    node = REPOSITORY / ".venv/bin/node"
    program = str(node) if node.exists() else shutil.which("node") or "node"
    with subprocess.Popen(
        [program, str(REPOSITORY / "tests/web/protocol/twin.ts")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        yield Twin(process)
        assert process.stdin is not None
        process.stdin.close()


@pytest.fixture(params=["browser", "javascript"])
def ask(twin: Twin, request: pytest.FixtureRequest) -> Ask:
    """Return a function that asks the twin, once with the browser's AES and once without."""

    def ask_with(call: str, **inputs: object) -> Any:
        return twin.ask(request.param, call, inputs)

    return ask_with


def _message(kind: str = "report", **changed: Any) -> Message:
    return Message(
        kind=kind,
        message_id=new_message_id(),
        day=DAY,
        language="ru",
        client="tests 1",
        delegation=1,
        sequence=1,
        form=FormHash(secrets.token_bytes(32)),
        **changed,
    )


def _full_message(kind: str) -> Message:
    """Return a message that has something of everything."""
    size = 5 * PIECE_SIZE
    return _message(
        kind,
        answers={"who": "Директор", "fear": "", "where": ("here", "else-where")},
        text='Крадут. 🙂 "всё"\n\\',
        rest=TextRest(10, new_file_key(), 1, secrets.token_bytes(32)),
        attachments=(
            Attachment("акт.pdf", size, "application/pdf", new_file_key(), 5, bytes(32)),
            Attachment("пусто", 0, "", new_file_key(), 1, bytes(32)),
        ),
        fill=Fill(new_file_key(), padded_chunk_count(7) - 7),
    )


def _payload_text(message: Message, recipient_ids: tuple[str, ...] = IDS) -> str:
    """Return a message as a payload, with stand-ins for all that comes from keys."""
    recipients = [
        SealedFor(one, KeyHash(secrets.token_bytes(32)), slot)
        for slot, one in enumerate(recipient_ids)
    ]
    payload = Payload(
        **vars(message),
        recipients=tuple(recipients),
        set_token=bytes(16),
        signing_key=bytes(32),
    )
    return encode_payload(payload).decode()


def _source(codename: Codename = CODENAME) -> dict[str, object]:
    return {"bits": codename.bits.hex(), "genesis_id": OFFICE.genesis_id.hex()}


def _secret(recipient_id: str) -> dict[str, object]:
    return {
        "recipient_id": recipient_id,
        "genesis_id": OFFICE.genesis_id.hex(),
        "secrets": [{"week": WEEK, "seed": INTAKE[recipient_id].key.seed.hex()}],
    }


def _seal_to(recipient_id: str) -> SealTo:
    public_key, signing_key = INTAKE[recipient_id].key.public_key, key(recipient_id).public_key
    return SealTo(recipient_id, public_key, WEEK, signing_key=signing_key)


def _chain_to(recipient_id: str) -> ChainKey:
    return pair_chain(SOURCE, recipient_id, key(recipient_id).public_key, WEEK)


def _sealed_by_twin(ask: Ask, message: Message, recipient_ids: tuple[str, ...]) -> bytes:
    recipients = [
        {
            "id": to.id,
            "public_key": to.public_key.hex(),
            "week": to.week,
            "signing_key": to.signing_key.hex(),
        }
        for to in map(_seal_to, recipient_ids)
    ]
    text = _payload_text(message, recipient_ids)
    return base64.b64decode(ask("seal_envelope", **_source(), recipients=recipients, text=text))


@pytest.mark.parametrize("kind", ["report", "follow-up"])
def test_python_opens_a_message_that_the_twin_sealed(ask: Ask, kind: str) -> None:
    message = _full_message(kind)

    envelope = _sealed_by_twin(ask, message, IDS)

    for one in IDS:
        opened = open_envelope(envelope, OFFICE.genesis_id, one, [INTAKE[one]])
        assert {name: getattr(opened.payload, name) for name in vars(message)} == vars(message)
        assert opened.thread_id == SOURCE.thread_id
        assert opened.payload.set_token == set_token(SOURCE, IDS)
        assert opened.slot.chain == _chain_to(one)
        assert opened.within_key_dates


@pytest.mark.parametrize("kind", ["report", "follow-up"])
def test_the_twin_opens_a_message_that_python_sealed(ask: Ask, kind: str) -> None:
    message = _full_message(kind)
    seal_to = [_seal_to(one) for one in IDS]

    envelope = base64.b64encode(seal_envelope(message, SOURCE, seal_to)).decode()

    for one in IDS:
        theirs = ask("open_envelope", **_secret(one), envelope={"base64": envelope})
        ours = open_envelope(base64.b64decode(envelope), OFFICE.genesis_id, one, [INTAKE[one]])
        assert theirs["payload"] == ours.payload_bytes.decode()
        assert theirs["thread_id"] == SOURCE.thread_id.hex()
        assert theirs["chain"] == _chain_to(one).secret.hex()


def test_a_recipient_that_the_twin_left_out_opens_nothing(ask: Ask) -> None:
    envelope = _sealed_by_twin(ask, _message(), IDS[:1])

    with pytest.raises(Unauthentic):
        open_envelope(envelope, OFFICE.genesis_id, IDS[1], [INTAKE[IDS[1]]])


def test_a_recipient_that_python_left_out_opens_nothing_in_the_twin(ask: Ask) -> None:
    seal_to = [_seal_to(IDS[0])]
    envelope = base64.b64encode(seal_envelope(_message(), SOURCE, seal_to)).decode()

    with pytest.raises(Unauthentic):
        ask("open_envelope", **_secret(IDS[1]), envelope={"base64": envelope})


@pytest.mark.parametrize("text", LONG_TEXTS.values(), ids=LONG_TEXTS)
def test_both_split_a_text_at_the_same_letter(ask: Ask, text: str) -> None:
    message = _message()

    kept, rest = ask("split_any_text", text=_payload_text(message), long_text=text)

    assert (kept, bytes.fromhex(rest)) == split_text(message, IDS, text)


@pytest.mark.parametrize("size", SIZES)
def test_python_opens_a_file_that_the_twin_sealed(ask: Ask, size: int) -> None:
    file, file_key = secrets.token_bytes(size), new_file_key()

    sealed = ask("seal_file", file_key=file_key.secret.hex(), file=base64.b64encode(file).decode())

    chunks = [base64.b64decode(chunk) for chunk in sealed["chunks"]]
    assert chunks == _chunks(file_key, file)
    assert sealed["ids"] == [chunk_id(file_key, index).hex() for index in range(len(chunks))]
    opened = open_file(file_key, size, bytes.fromhex(sealed["hash"]), chunks)
    assert b"".join(opened) == file


@pytest.mark.parametrize("size", SIZES)
def test_the_twin_opens_a_file_that_python_sealed(ask: Ask, size: int) -> None:
    file, file_key = secrets.token_bytes(size), new_file_key()
    digests = [piece_digest(piece) for piece in _pieces(file)]

    opened = ask(
        "open_sealed_file",
        file_key=file_key.secret.hex(),
        size=size,
        hash=file_hash(size, digests).hex(),
        chunks=[base64.b64encode(chunk).decode() for chunk in _chunks(file_key, file)],
    )

    assert base64.b64decode(opened) == file


def _pieces(file: bytes) -> list[bytes]:
    return [
        file[index * PIECE_SIZE : (index + 1) * PIECE_SIZE]
        for index in range(chunk_count(len(file)))
    ]


def _chunks(file_key: FileKey, file: bytes) -> list[bytes]:
    pieces = _pieces(file)
    return [
        seal_chunk(file_key, index, piece, index == len(pieces) - 1)
        for index, piece in enumerate(pieces)
    ]


def _reply_to() -> ReplyTo:
    token = set_token(SOURCE, IDS)
    return ReplyTo(thread_id=SOURCE.thread_id, recipients=IDS, set_token=token)


def test_the_twin_reads_what_python_answered(ask: Ask) -> None:
    long_reply = "Мы проверили договор и просим прислать акт. " * 120
    written = [("board", 0, "acknowledgement", "Получено."), ("board", 1, "reply", long_reply)]
    written.append(("investigations", REPLY_INDEXES - 1, "reply", "Спасибо."))
    records = [decoy_record() for _ in range(3)]
    for recipient_id, index, kind, text in written:
        sealed = seal_reply(
            to=_reply_to(),
            chain=next_chain_key(_chain_to(recipient_id), OFFICE.genesis_id, index),
            index=index,
            signer=key(recipient_id),
            genesis_id=OFFICE.genesis_id,
            recipient_id=recipient_id,
            kind=kind,
            reply_id=new_reply_id(),
            day=DAY,
            text=text,
        )
        records += sealed.records
    assert len(records) > 3 + len(split_reply(long_reply, IDS))
    secrets.SystemRandom().shuffle(records)
    half = len(records) // 2
    volumes = [volume_of(records[:half]).hex(), volume_of(records[half:]).hex()]
    inputs = {
        **_source(),
        "directory": OFFICE.document().hex(),
        "volumes": volumes,
        "day": DAY,
    }

    theirs = ask("open_board", **inputs)

    assert theirs == REPLY_CALLS["open_board"](inputs)
    read = [(one["recipient_id"], one["kind"], one["text"]) for one in theirs["replies"]]
    assert sorted(read) == sorted((who, kind, text) for who, _, kind, text in written)
    assert theirs["follow_up_recipients"] == list(IDS)


def test_python_reads_what_the_twin_answered(ask: Ask) -> None:
    token = set_token(SOURCE, IDS)
    parts = [
        ReplyPart(
            kind="reply",
            reply_id=bytes(16),
            part=place,
            parts=2,
            day=DAY,
            recipients=IDS,
            set_token=token,
            text=text,
        )
        for place, text in enumerate(("Первая, ", "вторая. 🙂"))
    ]
    records = [
        ask(
            "seal_reply",
            genesis_id=OFFICE.genesis_id.hex(),
            thread_id=SOURCE.thread_id.hex(),
            chain=next_chain_key(_chain_to("board"), OFFICE.genesis_id, place).secret.hex(),
            signing_seed=key("board").seed.hex(),
            recipient_id="board",
            text=encode_reply_message(part).decode(),
        )
        for place, part in enumerate(parts)
    ]
    directory = read_directory(OFFICE.document(), OFFICE.genesis_id)

    (reply,) = open_board(map(bytes.fromhex, records), SOURCE, directory, DAY)

    assert (reply.recipient_id, reply.text, reply.missing_parts) == (
        "board",
        "Первая, вторая. 🙂",
        (),
    )


def test_the_twin_reads_the_directory_that_python_signed(ask: Ask) -> None:
    document = OFFICE.document(names={"ru": "Бюро", "und": "Office"}, release=3)

    theirs = ask("read_directory", document=document.hex(), genesis_id=OFFICE.genesis_id.hex())

    assert theirs == shown_directory(read_directory(document, OFFICE.genesis_id))


def test_the_twin_refuses_the_directory_of_another_office(ask: Ask) -> None:
    with pytest.raises(Foreign):
        ask("read_directory", document=OFFICE.document().hex(), genesis_id=bytes(32).hex())


@pytest.mark.parametrize("language", ["english", "russian"])
def test_both_write_and_read_the_same_words(ask: Ask, language: str) -> None:
    words = word_list(language)
    for _ in range(20):
        codename = new_codename()
        ours = codename_words(codename, words)
        theirs = ask("codename_words", language=language, bits=codename.bits.hex())
        assert theirs == ours
        read = ask("read_codename", language=language, text=" ".join(ours).upper())
        assert read == {"bits": codename.bits.hex(), "corrections": []}


def test_both_have_the_same_tables_of_characters(twin: Twin) -> None:
    lines = []
    for code in (*range(0xD800), *range(0xE000, 0x110000)):
        one = chr(code)
        told = (is_forbidden(one), is_sign(one), one in WHITE_SPACE)
        lines.append(" ".join([str(code), fold(one), *(str(int(yes)) for yes in told)]))

    theirs = twin.ask("browser", "character_tables", {})

    assert theirs == hashlib.sha256("\n".join(lines).encode()).hexdigest()


@pytest.mark.parametrize("language", ["english", "russian"])
def test_both_think_the_same_of_words_with_slips(ask: Ask, language: str) -> None:
    words = word_list(language)
    chance = secrets.SystemRandom()
    for _ in range(40):
        typed = codename_words(new_codename(), words)
        place = chance.randrange(8)
        letters = list(typed[place])
        del letters[chance.randrange(len(letters))]
        typed[place] = "".join(letters)
        text = " ".join(typed)

        assert _theirs(ask, text, language) == _ours(text, language), text


def _ours(text: str, language: str) -> object:
    try:
        read = read_codename(text, word_list(language), language)
    except NotACodename as refusal:
        return refusal.reason, refusal.position
    corrections = [vars(correction) for correction in read.corrections]
    return {"bits": read.codename.bits.hex(), "corrections": corrections}


def _theirs(ask: Ask, text: str, language: str) -> object:
    try:
        return ask("read_codename", language=language, text=text)
    except NotACodename as refusal:
        return refusal.reason, refusal.position


def test_both_make_the_same_keys_of_a_codename(ask: Ask) -> None:
    codename = new_codename()
    source = derive_source_keys(codename, OFFICE.genesis_id)

    theirs = ask("derive_source_keys", **_source(codename))

    assert theirs == {
        "signing_key": source.signing.public_key.hex(),
        "set_key": source.set_key.hex(),
        "thread_id": source.thread_id.hex(),
    }

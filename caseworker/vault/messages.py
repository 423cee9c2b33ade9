"""Messages that opened, and the files that they announce."""

from collections.abc import Iterator
from dataclasses import dataclass, fields

from caseworker.vault.database import Database
from caseworker.vault.of_before import stored_payload
from crypto.names import Address, Day, ThreadId
from crypto.payload import Payload


@dataclass(frozen=True, repr=False)
class MessageMark:
    """What tells messages apart and where they belong, with the beginning of the text."""

    number: int
    case_number: int
    thread_id: ThreadId
    message_id: bytes
    kind: str
    commitment: bytes
    content_hash: bytes
    within_key_dates: bool
    received_day: Day
    language: str
    beginning: str

    def __repr__(self) -> str:
        return "MessageMark(hidden)"


@dataclass(frozen=True, repr=False)
class MessageProof:
    """A message as its source signed it: the payload's JSON and what else was signed."""

    address: Address
    payload: bytes
    slots_hash: bytes
    signature: bytes

    def __repr__(self) -> str:
        return "MessageProof(hidden)"


@dataclass(frozen=True)
class FileRow:
    """A file of a message: how many chunks it has, how many arrived, its SHA-256 once known."""

    message: int
    place: int
    chunks: int
    first_chunk: bytes
    last_chunk: bytes
    claimed: int
    looked_to: int
    sha256: bytes | None


def next_message_number(db: Database) -> int:
    """Return the number of the next message."""
    return db.number("SELECT coalesce(max(number), 0) + 1 FROM messages")


def next_case_number(db: Database) -> int:
    """Return the number of the next case."""
    return db.number("SELECT coalesce(max(case_number), 0) + 1 FROM messages")


def add_message(db: Database, mark: MessageMark, proof: MessageProof) -> None:
    """Keep a message."""
    values = {**vars(mark), **vars(proof), "within_key_dates": int(mark.within_key_dates)}
    columns, places = ", ".join(values), ", ".join("?" * len(values))
    db.run(f"INSERT INTO messages ({columns}) VALUES ({places})", *values.values())  # noqa: S608


def is_known_message(
    db: Database, thread_id: ThreadId, message_id: bytes, content_hash: bytes
) -> bool:
    """Tell whether a message that says the same under the same id in the same thread is kept."""
    row = db.row(
        "SELECT 1 FROM messages WHERE thread_id = ? AND message_id = ? AND content_hash = ?",
        thread_id,
        message_id,
        content_hash,
    )
    return row is not None


def case_of_thread(db: Database, thread_id: ThreadId) -> int | None:
    """Return the case of a thread's first message that was sealed within its key's dates."""
    row = db.row(
        "SELECT case_number FROM messages WHERE thread_id = ? AND within_key_dates = 1"
        " ORDER BY number LIMIT 1",
        thread_id,
    )
    return row["case_number"] if row else None


def is_known_commitment(db: Database, thread_id: ThreadId, commitment: bytes) -> bool:
    """Tell whether a message of a thread came under a commitment."""
    row = db.row(
        "SELECT 1 FROM messages WHERE commitment = ? AND thread_id = ?", commitment, thread_id
    )
    return row is not None


def messages_of_case(db: Database, case_number: int) -> list[MessageMark]:
    """Return the messages of a case: its report first, then in the order of being taken in.

    What waits on the server comes in one bundle, in an order that is chance.
    """
    in_order = "WHERE case_number = ? ORDER BY kind <> 'report', number"
    return list(_marks(db, in_order, case_number))


def all_messages(db: Database) -> list[MessageMark]:
    """Return every message, in the order in which they were taken in."""
    return list(_marks(db, "ORDER BY number"))


def messages_like_those_of(db: Database, case_number: int) -> list[MessageMark]:
    """Return the messages of a case, and all that share something with one of them.

    That is a thread or a commitment.
    """
    sharing = " UNION ".join(
        f"SELECT number FROM messages WHERE {shared} IN"  # noqa: S608 - our own words
        f" (SELECT {shared} FROM messages WHERE case_number = ?1)"
        for shared in ("thread_id", "commitment")
    )
    return list(_marks(db, f"WHERE number IN ({sharing}) ORDER BY number", case_number))


def message_mark(db: Database, number: int) -> MessageMark:
    """Return the message of a number."""
    return next(_marks(db, "WHERE number = ?", number))


def _marks(db: Database, which: str, *values: int | bytes) -> Iterator[MessageMark]:
    columns = ", ".join(field.name for field in fields(MessageMark))
    for row in db.rows(f"SELECT {columns} FROM messages {which}", *values):  # noqa: S608
        yield MessageMark(**{**row, "within_key_dates": bool(row["within_key_dates"])})


def message_proof(db: Database, number: int) -> MessageProof:
    """Return a message as its source signed it."""
    columns = "address, payload, slots_hash, signature"
    row = db.row(f"SELECT {columns} FROM messages WHERE number = ?", number)  # noqa: S608
    if row is None:
        raise LookupError("no message of that number")
    return MessageProof(**row)


def payload_of(db: Database, number: int) -> Payload:
    """Return what a message says."""
    return stored_payload(message_proof(db, number).payload)


def add_file(db: Database, file: FileRow) -> None:
    """Note a file that a message announces."""
    db.run("INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?)", *vars(file).values())


def files_to_begin(db: Database) -> list[FileRow]:
    """Return the files whose first or last chunk has arrived, and that were not looked for yet.

    What nobody sent a beginning or an end of is not looked for piece by piece.
    """
    rows = db.rows(
        "SELECT * FROM files WHERE looked_to = 0 AND EXISTS"
        " (SELECT 1 FROM chunks WHERE id IN (first_chunk, last_chunk)) ORDER BY message, place"
    )
    return [FileRow(**row) for row in rows]


def files_of_message(db: Database, message_number: int) -> dict[int, FileRow]:
    """Return the files of a message by their places."""
    rows = db.rows("SELECT * FROM files WHERE message = ?", message_number)
    return {row["place"]: FileRow(**row) for row in rows}


def set_claimed(db: Database, file: FileRow, claimed: int, looked_to: int) -> None:
    """Note how many chunks of a file have arrived, and up to which piece they were looked for."""
    db.run(
        "UPDATE files SET claimed = ?, looked_to = ? WHERE message = ? AND place = ?",
        claimed,
        looked_to,
        file.message,
        file.place,
    )


def set_sha256(db: Database, message_number: int, place: int, sha256: bytes) -> None:
    """Note the plain hash of a file that was read and found whole."""
    db.run(
        "UPDATE files SET sha256 = ? WHERE message = ? AND place = ?",
        sha256,
        message_number,
        place,
    )

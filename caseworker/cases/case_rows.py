"""The rows that lists are made of. What they say is folded from the log: lists.py."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from caseworker.cases.states import State
from caseworker.cases.written_replies import ACKNOWLEDGEMENT, WrittenReply
from caseworker.moments import Moment
from caseworker.vault.database import Database, Row
from crypto.names import Day, ThreadId

# In which replies leave: what is due first, first.
_ORDER = f"kind <> '{ACKNOWLEDGEMENT}', due_from, written_day, written_time, case_number, number"


@dataclass(frozen=True)
class CaseRow:
    """What a list says of a case; `waiting` are replies."""

    number: int
    received_day: Day
    messages: int
    state: State
    acknowledged: bool
    waiting: int


@dataclass(frozen=True)
class Folded:
    """As far as the rows were folded: by which version's rules, and to which event of which log."""

    shape: int
    event: int
    hash: bytes


def folded(db: Database) -> Folded | None:
    """Return as far as the rows were folded, None where they never were."""
    row = db.row("SELECT shape, event, hash FROM folded")
    return Folded(**row) if row else None


def set_folded(db: Database, to: Folded) -> None:
    """Say as far as the rows are folded now."""
    db.run("DELETE FROM folded")
    db.run("INSERT INTO folded VALUES (1, ?, ?, ?)", to.shape, to.event, to.hash)


def delete_rows(db: Database) -> None:
    """Delete the rows of all cases."""
    db.run("DELETE FROM case_rows")
    db.run("DELETE FROM reply_rows")


def replace_rows(db: Database, case: CaseRow, replies: Collection[WrittenReply]) -> None:
    """Write the rows of a case in the place of those before."""
    db.run("DELETE FROM case_rows WHERE number = ?", case.number)
    db.run("DELETE FROM reply_rows WHERE case_number = ?", case.number)
    _insert(db, "case_rows", _case_values(case))
    for reply in replies:
        _insert(db, "reply_rows", _reply_values(reply))


def differing_rows(
    db: Database, told: Mapping[int, tuple[CaseRow, list[WrittenReply]]]
) -> set[int]:
    """Return the numbers of the cases whose rows are not these, or that are not among them."""
    cases = {row["number"]: row for row in db.rows("SELECT * FROM case_rows")}
    replies: dict[int, list[Row]] = defaultdict(list)
    for row in db.rows("SELECT * FROM reply_rows ORDER BY number"):
        replies[row["case_number"]].append(row)
    right = {
        number: (_case_values(case), [_reply_values(reply) for reply in written])
        for number, (case, written) in told.items()
    }
    return {
        number
        for number in right.keys() | cases.keys() | replies.keys()
        if right.get(number) != (cases.get(number), replies.get(number, []))
    }


def case_rows(db: Database) -> list[CaseRow]:
    """Return the row of each case, by number."""
    return [
        CaseRow(**{**row, "state": State(row["state"]), "acknowledged": bool(row["acknowledged"])})
        for row in db.rows("SELECT * FROM case_rows ORDER BY number")
    ]


def case_count(db: Database) -> int:
    """Return how many cases there are."""
    return db.number("SELECT count(*) FROM case_rows")


def new_numbers(db: Database) -> list[int]:
    """Return the numbers of the cases to whose source nothing was written yet."""
    new = State.NEW.value
    rows = db.rows("SELECT number FROM case_rows WHERE state = ? ORDER BY number", new)
    return [row["number"] for row in rows]


def waiting_rows(db: Database) -> list[WrittenReply]:
    """Return the replies that wait, in the order in which they leave."""
    return list(_replies(db, f"WHERE batch IS NULL ORDER BY {_ORDER}"))


def waiting_count(db: Database) -> int:
    """Return how many replies wait."""
    return db.number("SELECT count(*) FROM reply_rows WHERE batch IS NULL")


def waiting_parts(db: Database, thread_id: ThreadId) -> int:
    """Return how many records wait to be made for the source of a thread."""
    return db.number(
        "SELECT coalesce(sum(parts), 0) FROM reply_rows WHERE batch IS NULL AND case_number IN"
        " (SELECT case_number FROM messages WHERE thread_id = ?)",
        thread_id,
    )


def replies_in_batch(db: Database, batch: int) -> list[WrittenReply]:
    """Return the replies that were sealed into a batch, in the order of their cases."""
    return list(_replies(db, "WHERE batch = ? ORDER BY case_number, number", batch))


def _replies(db: Database, which: str, *values: int) -> Iterator[WrittenReply]:
    return (_reply(row) for row in db.rows(f"SELECT * FROM reply_rows {which}", *values))  # noqa: S608


def _reply(row: Row) -> WrittenReply:
    written = Moment(row.pop("written_day"), row.pop("written_time"))
    carried_day, carried_time = row.pop("carried_day"), row.pop("carried_time")
    carried_out = None if carried_day is None else Moment(carried_day, carried_time)
    return WrittenReply(**row, written=written, carried_out=carried_out)


def _case_values(case: CaseRow) -> Row:
    return {**vars(case), "state": case.state.value, "acknowledged": int(case.acknowledged)}


def _reply_values(reply: WrittenReply) -> Row:
    values = dict(vars(reply))
    written, carried = values.pop("written"), values.pop("carried_out")
    return {
        **values,
        "written_day": written.day,
        "written_time": written.time,
        "carried_day": carried.day if carried else None,
        "carried_time": carried.time if carried else None,
    }


def _insert(db: Database, table: str, values: Row) -> None:
    columns, places = ", ".join(values), ", ".join("?" * len(values))
    sql = f"INSERT INTO {table} ({columns}) VALUES ({places})"  # noqa: S608 - our own words
    db.run(sql, *values.values())

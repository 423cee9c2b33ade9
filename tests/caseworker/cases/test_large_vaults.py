"""A command reads the events of the cases that it touches, however many cases there are."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from caseworker.casefile.case_folder import save_case
from caseworker.cases.conversation import conversation
from caseworker.cases.flags import flags_by_case
from caseworker.cases.lists import append_to_case, list_cases, new_cases
from caseworker.exchange.inbound.importing import import_part
from caseworker.exchange.outbound.exporting import export_bundle
from caseworker.log.case_events import Noted
from caseworker.log.texts import add_text
from caseworker.vault.database import Database, Row, Value
from caseworker.vault.folder import Vault
from caseworker.vault.messages import all_messages
from caseworker.work.replying import ReplyWriter
from tests.offices.large_vault import fill_vault
from tests.offices.vaults import DAY, Office, Server, Source, at, yes

CASES = 20_000
# Rows that a command on one case reads, of whatever table: far fewer than there are cases.
FEW = 300


@dataclass
class Read:
    """What was read: the case of each event that was parsed, and how many rows came."""

    events: list[int | None] = field(default_factory=list)
    rows: int = 0


@contextmanager
def counted() -> Iterator[Read]:
    """Count what is read meanwhile."""
    read = Read()
    loads, rows = json.loads, Database.rows

    def counting_loads(text: Any, **how: Any) -> Any:
        value = loads(text, **how)
        if isinstance(value, dict) and "previous" in value:
            read.events.append(value["case"])
        return value

    def counting_rows(self: Database, sql: str, *values: Value) -> Iterator[Row]:
        for row in rows(self, sql, *values):
            read.rows += 1
            yield row

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json, "loads", counting_loads)
        patch.setattr(Database, "rows", counting_rows)
        yield read


def deeds(vault: Vault, read: Read, folder: Path, *bundles: Path) -> dict[str, Read]:
    """Do one of each, and return what was read for it."""
    done: dict[str, Read] = {}

    def counted_as(name: str, _result: object) -> None:
        done[name] = Read(list(read.events), read.rows)
        read.events.clear()
        read.rows = 0

    counted_as("nothing", None)
    counted_as("acknowledge", ReplyWriter(vault, at(DAY)).acknowledge(1))
    counted_as("reply", ReplyWriter(vault, at(DAY)).reply(1, "Where was it?"))
    with vault.db.transaction():
        note = Noted(1, add_text(vault.db, "A note."))
        append_to_case(vault, at(DAY), note)
    counted_as("note", None)
    counted_as("show", conversation(vault, 1))
    counted_as("save", save_case(vault, 1, folder / "saved", at(DAY)))
    counted_as("export", export_bundle(vault, folder / "out", at(DAY)))
    counted_as("import", [import_part(vault, path, at(DAY), yes) for path in bundles])
    counted_as("list", (list_cases(vault.db), flags_by_case(all_messages(vault.db))))
    counted_as("acknowledge all", new_cases(vault.db))
    return done


def test_a_command_parses_the_events_of_the_cases_that_it_touches_alone(
    reported: Office, server: Server, source: Source, tmp_path: Path
) -> None:
    server.report(source, "And on Tuesday.", kind="follow-up")
    server.report(Source(server.genesis_id), "Another matter.")
    bundles = server.export()
    with reported.opened() as vault:
        fill_vault(vault, CASES)
        assert len(list_cases(vault.db)) == CASES
        with counted() as read:
            done = deeds(vault, read, tmp_path, *bundles)
        parsed = {name: set(one.events) for name, one in done.items()}
        assert parsed == {
            "nothing": set(),
            "acknowledge": {1},
            "reply": {1},
            "note": {1},
            "show": {1},
            "save": {1},
            "export": {1},
            "import": {1, CASES + 1},
            "list": set(),
            "acknowledge all": set(),
        }
        assert max(len(one.events) for one in done.values()) < 100
        of_one_case = set(done) - {"list", "acknowledge all"}
        assert {name: done[name].rows for name in of_one_case if done[name].rows > FEW} == {}

"""status: the condition of a vault."""

from dataclasses import dataclass
from pathlib import Path

from caseworker.commands.alarm_words import (
    WordedAlarm,
    alarms_in_words,
    mended_in_words,
    safekeeping_in_words,
)
from caseworker.commands.old_keys import due_data, due_rows
from caseworker.commands.opening import add_vault, now, opened
from caseworker.keys.key_dates import end_of_validity
from caseworker.work.vault_status import VaultStatus, status_of
from crypto.days import first_day
from crypto.directory import fingerprint, name_in, server_fingerprint
from crypto.names import Day
from crypto.running_out import card_end
from ground.shell.figures import distance_text, iso_date, iso_date_or_none, size_text
from ground.shell.foreign import ForeignText
from ground.shell.frame import Answer, Command, Surroundings
from ground.shell.layout import fitted, lines, table


@dataclass(frozen=True)
class StatusOptions:
    """The arguments of `status`."""

    vault: Path


def _status(options: StatusOptions, surroundings: Surroundings) -> Answer:
    today = now().day
    with opened(options.vault, surroundings) as vault:
        status = status_of(vault, today)
        found = [
            *mended_in_words(status.mended_cases, options.vault),
            *alarms_in_words(vault, today),
            *safekeeping_in_words(vault),
        ]
    rows = [*_key_rows(status, today), *_traffic_rows(status, today)]
    rows.append(("log", f"{status.events} events, the chain is whole"))
    text = lines(
        *fitted(f"{_office_name(status)}, vault of {status.recipient}."),
        *map(_alarm_line, found),
        "",
        table(("what", "how it is"), rows),
    )
    data = {
        **_identity(status),
        **_keys(status),
        "last_backup": iso_date_or_none(status.backup_day),
        "old_keys": due_data(status.old_keys),
        **_traffic(status),
        "events": status.events,
        "warnings": [vars(one) for one in found],
    }
    return Answer(text, data)


def _alarm_line(alarm: WordedAlarm) -> str:
    return f"{'WARNING' if alarm.loud else 'Soon'}: {alarm.text}. To type: {alarm.command}"


def _office_name(status: VaultStatus) -> ForeignText:
    return ForeignText(name_in(status.directory.names, "en"))


def _identity(status: VaultStatus) -> dict[str, object]:
    return {
        "office": _office_name(status),
        "recipient": status.recipient,
        "fingerprint": fingerprint(status.genesis_id),
        "signs_directory": status.signs_directory,
    }


def _keys(status: VaultStatus) -> dict[str, object]:
    directory, card = status.directory, status.card
    return {
        "directory": {
            "delegation": directory.delegation.number,
            "sequence": directory.sequence,
            "issued": iso_date(directory.issued),
            "expires": iso_date(directory.expires),
            "delegation_end": iso_date(directory.delegation.end),
        },
        "card": card and {"number": card.number, "until": iso_date(card_end(card))},
        "intake_keys": [
            {
                "from": iso_date(first_day(one.week)),
                "until": iso_date(end_of_validity(one.week) - 1),
                "made": iso_date(one.made_day),
            }
            for one in status.held_weeks
        ],
    }


def _traffic(status: VaultStatus) -> dict[str, object]:
    return {
        "cases": status.cases,
        "last_import": iso_date_or_none(status.arrived.last_import_day),
        "stands_by_export_of": iso_date_or_none(status.newest_export_day),
        "servers": [server_fingerprint(one) for one in status.servers],
        "board_bytes": status.board_size,
        "missing_parts": status.missing_parts,
        "envelopes": status.arrived.envelopes,
        "set_aside": status.arrived.reasons,
        "unclaimed_chunks": status.arrived.unclaimed_chunks,
        "replies_waiting": status.replies_waiting,
        "not_taken_by_server": [
            {"kind": row.kind.name.lower(), "number": row.number} for row in status.not_taken
        ],
    }


def _key_rows(status: VaultStatus, today: Day) -> list[tuple[str, str]]:
    directory, card = status.directory, status.card
    signed_here = "; signed here" if status.signs_directory else ""
    rows = [
        ("fingerprint", fingerprint(status.genesis_id)),
        (
            "directory",
            f"number {directory.sequence}, expires {distance_text(directory.expires, today)}"
            f"{signed_here}",
        ),
        ("delegation", f"ends {distance_text(directory.delegation.end, today)}"),
        ("intake keys", f"{len(status.held_weeks)} held"),
    ]
    if card:
        end = card_end(card)
        rows.append(("card", f"number {card.number}, its keys end {distance_text(end, today)}"))
    rows.append(("last backup", _distance_or_none(status.backup_day, today)))
    return [*rows, *due_rows(status.old_keys)]


def _traffic_rows(status: VaultStatus, today: Day) -> list[tuple[str, str]]:
    arrived, counts = status.arrived, status.arrived.envelopes
    return [
        ("last import", _distance_or_none(arrived.last_import_day, today)),
        *(("server", server_fingerprint(one)) for one in status.servers),
        ("server's word", _word_of_server(status, today)),
        ("the board", _board(status)),
        *(
            ("parts missing", ", ".join(map(str, numbers)))
            for numbers in status.missing_parts.values()
        ),
        ("cases", str(status.cases)),
        ("messages read", str(counts.get("message", 0))),
        ("for others", f"{counts.get('unopened', 0)} that no key here opens"),
        *(("set aside", f"{number}: {reason}") for reason, number in arrived.reasons.items()),
        ("file pieces", f"{arrived.unclaimed_chunks} that no message names yet"),
        ("replies", f"{status.replies_waiting} waiting for the next export"),
        ("on the way", f"{len(status.not_taken)} not yet confirmed by the server"),
    ]


def _word_of_server(status: VaultStatus, today: Day) -> str:
    day = status.newest_export_day
    return "none yet" if day is None else f"its bundle of {distance_text(day, today)}"


def _board(status: VaultStatus) -> str:
    if not status.board_size:
        return "nothing on it, as far as is known here"
    return f"{size_text(status.board_size)}, which each visit loads"


def _distance_or_none(day: Day | None, today: Day) -> str:
    return "none" if day is None else distance_text(day, today)


STATUS = Command(
    name="status",
    summary="show keys, what runs out, bundles, and what was set aside",
    description="""Also checks the log: each event holds the hash of the one before.

examples:
  caseworker status vaults/investigations
  caseworker status vaults/investigations --json""",
    options=StatusOptions,
    add_arguments=add_vault,
    run=_status,
    is_deed=False,
    asks_passphrases=True,
)

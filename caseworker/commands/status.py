"""status: the condition of a vault."""

from caseworker.cases.cases import all_cases
from caseworker.commands.frame import (
    Answer,
    Arguments,
    Command,
    Surroundings,
    add_vault,
    lines,
    opened,
)
from caseworker.commands.old_keys import due_data, due_rows
from caseworker.commands.safekeeping import safekeeping_alarms
from caseworker.exchange.inbound.missing_parts import missing_parts
from caseworker.exchange.outbound.batches import waiting_replies
from caseworker.keys.cards import own_card
from caseworker.keys.destruction import destruction_due
from caseworker.keys.directories import known_directory
from caseworker.log.events import verify_log
from caseworker.vault.condition import backup_day
from caseworker.vault.folder import Vault
from caseworker.vault.keys import directory_key
from caseworker.vault.summary import ArrivalSummary, summarise_arrivals
from caseworker.vault.taken import to_repeat
from caseworker.work.alarms import alarms
from crypto.directory import fingerprint, name_in
from ground.days import DAYS_A_WEEK
from ground.shell.figures import distance_text, iso_date
from ground.shell.foreign import safe_line
from ground.shell.layout import table


def _status(arguments: Arguments, surroundings: Surroundings) -> Answer:
    today = surroundings.moment.day
    with opened(arguments.vault, surroundings) as vault:
        arrived = summarise_arrivals(vault.db)
        found = [*alarms(vault, today), *safekeeping_alarms(vault)]
        data = {
            **_identity(vault),
            **_keys(vault),
            "last_backup": _day_or_none(backup_day(vault.db)),
            "old_keys": due_data(destruction_due(vault, today)),
            **_traffic(vault, arrived),
            "events": verify_log(vault.db),
            "warnings": [vars(one) for one in found],
        }
        rows = [*_key_rows(vault, today), *_traffic_rows(vault, arrived, today)]
        rows.append(("log", f"{data['events']} events, the chain is whole"))
        alarm_lines = [
            f"{'WARNING' if one.loud else 'Soon'}: {one.text}. To type: {one.command}"
            for one in found
        ]
    head = f"{safe_line(str(data['office']))}, vault of {data['recipient']}."
    return Answer(lines(head, *alarm_lines, "", table(("what", "how it is"), rows)), data)


def _identity(vault: Vault) -> dict[str, object]:
    directory = known_directory(vault)
    return {
        "office": name_in(directory.names, "en"),
        "recipient": vault.recipient,
        "fingerprint": fingerprint(vault.genesis_id),
        "signs_directory": directory_key(vault.db) is not None,
    }


def _keys(vault: Vault) -> dict[str, object]:
    directory, card = known_directory(vault), own_card(vault)
    return {
        "directory": {
            "delegation": directory.delegation.number,
            "sequence": directory.sequence,
            "issued": iso_date(directory.issued),
            "expires": iso_date(directory.expires),
            "delegation_end": iso_date(directory.delegation.end),
        },
        "card": card and {"number": card.number, "until": iso_date(_card_end(card.keys[-1].week))},
        "intake_keys": [
            {
                "from": iso_date(DAYS_A_WEEK * one.week),
                "until": iso_date(DAYS_A_WEEK * one.week + 2 * DAYS_A_WEEK - 1),
                "made": iso_date(one.made_day),
            }
            for one in sorted(vault.secrets, key=lambda one: one.week)
        ],
    }


def _traffic(vault: Vault, arrived: ArrivalSummary) -> dict[str, object]:
    day = arrived.last_import_day
    return {
        "cases": len(all_cases(vault.db)),
        "last_import": None if day is None else iso_date(day),
        "missing_parts": missing_parts(vault.db),
        "envelopes": arrived.envelopes,
        "set_aside": arrived.reasons,
        "unclaimed_chunks": arrived.unclaimed_chunks,
        "replies_waiting": len(waiting_replies(vault)),
        "not_taken_by_server": [
            {"kind": row.kind.name.lower(), "number": row.number} for row in to_repeat(vault)
        ],
    }


def _key_rows(vault: Vault, today: int) -> list[tuple[str, str]]:
    directory, card = known_directory(vault), own_card(vault)
    weeks = sorted(one.week for one in vault.secrets)
    rows = [
        ("fingerprint", fingerprint(vault.genesis_id)),
        (
            "directory",
            f"number {directory.sequence}, expires {distance_text(directory.expires, today)}"
            + ("; signed here" if directory_key(vault.db) else ""),
        ),
        ("delegation", f"ends {distance_text(directory.delegation.end, today)}"),
        ("intake keys", f"{len(weeks)} held"),
    ]
    if card:
        end = _card_end(card.keys[-1].week)
        rows.append(("card", f"number {card.number}, its keys end {distance_text(end, today)}"))
    backup = backup_day(vault.db)
    rows.append(("last backup", "none" if backup is None else distance_text(backup, today)))
    return [*rows, *due_rows(destruction_due(vault, today))]


def _traffic_rows(vault: Vault, arrived: ArrivalSummary, today: int) -> list[tuple[str, str]]:
    day, counts = arrived.last_import_day, arrived.envelopes
    return [
        ("last import", "none" if day is None else distance_text(day, today)),
        *(
            ("parts missing", ", ".join(map(str, numbers)))
            for numbers in missing_parts(vault.db).values()
        ),
        ("cases", str(len(all_cases(vault.db)))),
        ("messages read", str(counts.get("message", 0))),
        ("for others", f"{counts.get('unopened', 0)} that no key here opens"),
        *(("set aside", f"{number}: {reason}") for reason, number in arrived.reasons.items()),
        ("file pieces", f"{arrived.unclaimed_chunks} that no message names yet"),
        ("replies", f"{len(waiting_replies(vault))} waiting for the next export"),
        ("on the way", f"{len(to_repeat(vault))} not yet confirmed by the server"),
    ]


def _day_or_none(day: int | None) -> str | None:
    return None if day is None else iso_date(day)


def _card_end(last_week: int) -> int:
    return DAYS_A_WEEK * (last_week + 1)


STATUS = Command(
    name="status",
    summary="show keys, what runs out, bundles, and what was set aside",
    description="""Also checks the log: each event holds the hash of the one before.

examples:
  caseworker status vaults/investigations
  caseworker status vaults/investigations --json""",
    add_arguments=add_vault,
    run=_status,
)

"""The condition of a vault: keys, what arrived, what waits, and whether its log is whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from caseworker.cases.lists import count_cases, count_waiting_replies, mend_lists
from caseworker.exchange.inbound.missing_parts import missing_parts
from caseworker.keys.board_weight import live_board_size
from caseworker.keys.cards import own_card
from caseworker.keys.destruction import Destruction, destruction_due
from caseworker.keys.directories import known_directory
from caseworker.keys.servers import newest_export_day
from caseworker.log.chain import verify_log
from caseworker.vault.believed_servers import believed_servers
from caseworker.vault.condition import backup_day
from caseworker.vault.folder import Vault
from caseworker.vault.keys import directory_key
from caseworker.vault.outgoing import OutgoingRow
from caseworker.vault.summary import ArrivalSummary, summarise_arrivals
from caseworker.vault.taken import to_repeat
from crypto.card import Card
from crypto.directory import Directory
from crypto.names import Day, Week

__all__ = ["HeldWeek", "VaultStatus", "status_of"]


@dataclass(frozen=True)
class HeldWeek:
    """The week of an intake key whose secret half is held, and the day on which it was made."""

    week: Week
    made_day: Day


@dataclass(frozen=True)
class VaultStatus:
    """How a vault stands on a day.

    `not_taken` is what the server has not taken yet, as far as is known here; `events` says how
    many the log has, whose chain is whole, and `mended_cases` which of them the lists were wrong
    about. `servers` are the public keys (32 bytes each) that are believed; all that is said of the
    server, the bytes on its board too, is as of the export of `newest_export_day`.
    """

    recipient: str
    genesis_id: bytes
    signs_directory: bool
    directory: Directory
    card: Card | None
    held_weeks: tuple[HeldWeek, ...]
    old_keys: Destruction
    backup_day: Day | None
    arrived: ArrivalSummary
    missing_parts: Mapping[str, Sequence[int]]
    servers: tuple[bytes, ...]
    newest_export_day: Day | None
    board_size: int
    cases: int
    replies_waiting: int
    not_taken: tuple[OutgoingRow, ...]
    events: int
    mended_cases: tuple[int, ...]


def status_of(vault: Vault, today: Day) -> VaultStatus:
    """Return how a vault stands, its lists mended by its log; Refusal where that was altered."""
    events = verify_log(vault.db)
    mended = tuple(mend_lists(vault.db))
    held = sorted(vault.secrets, key=lambda one: one.week)
    return VaultStatus(
        recipient=vault.recipient,
        genesis_id=vault.genesis_id,
        signs_directory=directory_key(vault.db) is not None,
        directory=known_directory(vault),
        card=own_card(vault),
        held_weeks=tuple(HeldWeek(one.week, one.made_day) for one in held),
        old_keys=destruction_due(vault, today),
        backup_day=backup_day(vault.db),
        arrived=summarise_arrivals(vault.db),
        missing_parts=missing_parts(vault),
        servers=believed_servers(vault),
        newest_export_day=newest_export_day(vault),
        board_size=live_board_size(vault, today),
        cases=count_cases(vault.db),
        replies_waiting=count_waiting_replies(vault.db),
        not_taken=tuple(to_repeat(vault)),
        events=events,
        mended_cases=mended,
    )

"""Bundles from the server imported, and what follows: old keys destroyed, lost ones replaced."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from caseworker.cases.on_board import batches_on_board, cases_in_batches
from caseworker.exchange.inbound.importing import Compare, ImportResult, import_part
from caseworker.exchange.inbound.missing_parts import missing_parts
from caseworker.keys.destroying import Destroyed, destroy_old_keys
from caseworker.keys.destruction import Destruction
from caseworker.keys.servers import wants_first_server
from caseworker.keys.upkeep import replace_lost_keys
from caseworker.moments import Moment
from caseworker.vault.condition import awaits_bundle_of
from caseworker.vault.folder import Vault
from caseworker.vault.of_before import refuse_of_before
from crypto.names import Day, Week
from ground.shell.refusals import Refusal

__all__ = ["Imported", "import_bundles"]


@dataclass(frozen=True)
class Imported:
    """What became of each file, and how the vault stands after them.

    `has_new_server`: a person compared the server's key just now, and the next directory lists it.

    `lost_weeks` are those whose key the directory names and the vault does not hold.
    `missing_parts` are numbers by the export they belong to. `awaits_bundle_of` is the day from
    which on a bundle from the server is awaited, after a restore. `on_board` are the numbers of the
    cases of which the server says now, and did not before, that an answer is on the board.
    """

    done: Mapping[Path, ImportResult]
    refused: Mapping[Path, Refusal]
    old_keys: Destroyed
    lost_weeks: tuple[Week, ...]
    missing_parts: Mapping[str, Sequence[int]]
    has_new_server: bool
    awaits_bundle_of: Day | None
    on_board: tuple[int, ...]


def import_bundles(
    vault: Vault,
    moment: Moment,
    files: Sequence[Path],
    says_yes: Callable[[Destruction], bool],
    compare: Compare,
) -> Imported:
    """Import files, each whole or not at all; the first Refusal where none could be.

    `says_yes` is asked about old keys, and `compare` about the server's key, where a person has to
    be.
    """
    refuse_of_before(vault.db)
    wanted = wants_first_server(vault)
    before = batches_on_board(vault, moment.day)
    done: dict[Path, ImportResult] = {}
    refused: dict[Path, Refusal] = {}
    for path in files:
        try:
            done[path] = import_part(vault, path, moment, compare)
        except Refusal as refusal:
            refused[path] = refusal
    if not done:
        raise next(iter(refused.values()))
    return Imported(
        done,
        refused,
        old_keys=destroy_old_keys(vault, moment, says_yes),
        lost_weeks=replace_lost_keys(vault, moment),
        missing_parts=missing_parts(vault),
        has_new_server=wanted and not wants_first_server(vault),
        awaits_bundle_of=awaits_bundle_of(vault.db),
        on_board=cases_in_batches(vault, batches_on_board(vault, moment.day) - before),
    )

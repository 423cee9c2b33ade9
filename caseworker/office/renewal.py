"""Renewing an office: new cards, a new delegation where it is short, a new directory."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from caseworker.exchange.outbound.exporting import export_bundle, refuse_before_a_bundle
from caseworker.keys.cards import renew_card
from caseworker.keys.directories import (
    issue_directory,
    known_directory,
    refuse_unissuable,
    stray_directory,
)
from caseworker.keys.profile import NO_CHANGE, ProfileChanges
from caseworker.keys.servers import (
    SAME_SERVERS,
    ServerChanges,
    change_servers,
    refuse_unknown_servers,
)
from caseworker.moments import Moment
from caseworker.office.delegations import delegation_is_short, next_delegation
from caseworker.office.handover import hand_over_cards, hand_over_directory
from caseworker.office.root_file import Root
from caseworker.office.steps import Step, after_cards, after_directory
from caseworker.vault.folder import Vault
from caseworker.vault.keys import directory_key, newest_card
from crypto.card import read_card
from crypto.directory import Directory
from crypto.names import Day
from crypto.running_out import card_end, keys_ending
from ground.shell.foreign import foreign_path
from ground.shell.refusals import Refusal


@dataclass(frozen=True)
class Renewal:
    """What a renewal made. `bundles` are the files to carry, by the recipient they come from.

    `short` are recipients on other machines whose keys, as far as they are known here, end soon.
    """

    new_cards: tuple[str, ...]
    new_delegation: bool
    directory: Directory | None
    bundles: Mapping[str, Path]
    steps: tuple[Step, ...]
    short: tuple[str, ...] = ()


def renew_office(
    vaults: Mapping[str, Vault],
    office: Path,
    moment: Moment,
    ask_root: Callable[[], Root],
    *,
    new_delegation: bool = False,
    changes: ProfileChanges = NO_CHANGE,
    servers: ServerChanges = SAME_SERVERS,
) -> Renewal:
    """Renew what the vaults at hand can renew.

    The root is asked for where the delegation is short, where somebody else has the directory key,
    and where a new delegation is wanted.
    """
    for vault in vaults.values():
        refuse_before_a_bundle(vault)
    leading = leading_vault(vaults)
    wants_leading = new_delegation or changes != NO_CHANGE or servers != SAME_SERVERS
    if leading is None and wants_leading:
        raise no_leading(vaults)
    new_cards = tuple(name for name, vault in vaults.items() if renew_card(vault, moment))
    if leading is None:
        return _carry_cards(vaults, office, moment, new_cards)
    hand_over_cards(vaults, leading, moment)
    refuse_unissuable(leading, moment.day)
    refuse_unknown_servers(leading, servers)
    wanted = new_delegation or _needs_root(leading, moment.day)
    if wanted:
        next_delegation(leading, moment, ask_root())
    change_servers(leading, moment, servers)
    return issue_and_carry(
        vaults, office, moment, new_cards, new_delegation=wanted, changes=changes
    )


def issue_and_carry(
    vaults: Mapping[str, Vault],
    office: Path,
    moment: Moment,
    new_cards: tuple[str, ...] = (),
    *,
    new_delegation: bool,
    changes: ProfileChanges = NO_CHANGE,
) -> Renewal:
    """Issue the next directory, give it to the vaults at hand, and write the bundle to carry."""
    leading = leading_vault(vaults)
    if leading is None:
        raise no_leading(vaults)
    directory = issue_directory(leading, moment, changes=changes)
    hand_over_directory(leading, vaults, moment)
    name = f"directory-{directory.delegation.number}-{directory.sequence}"
    bundle = _export(leading, office, moment, name)
    short = _short_elsewhere(leading, vaults, moment.day)
    return Renewal(
        new_cards,
        new_delegation,
        directory,
        {leading.recipient: bundle},
        tuple(after_directory(directory, bundle, vaults, short)),
        short,
    )


def leading_vault(vaults: Mapping[str, Vault]) -> Vault | None:
    """Return the vault that holds the directory key, where it is at hand."""
    return next((one for one in vaults.values() if directory_key(one.db)), None)


def no_leading(vaults: Mapping[str, Vault]) -> Refusal:
    """Return the refusal of what only the directory's vault can do."""
    leading = known_directory(next(iter(vaults.values()))).directory_recipient
    return Refusal(
        f"the vault of {leading}, which signs the directory, is not here",
        "nothing was changed: type this where that vault is",
    )


def _carry_cards(
    vaults: Mapping[str, Vault], office: Path, moment: Moment, new_cards: tuple[str, ...]
) -> Renewal:
    bundles = {
        name: _export(vault, office, moment, f"cards-{name}") for name, vault in vaults.items()
    }
    known = known_directory(next(iter(vaults.values())))
    return Renewal(new_cards, False, None, bundles, tuple(after_cards(known, bundles)))


def _needs_root(leading: Vault, day: Day) -> bool:
    held = directory_key(leading.db)
    if held is None:
        return False
    replaced = known_directory(leading).delegation.number > held.number
    return replaced or delegation_is_short(held, day) or stray_directory(leading) is not None


def _short_elsewhere(leading: Vault, vaults: Mapping[str, Vault], day: Day) -> tuple[str, ...]:
    short = []
    for one in known_directory(leading).recipients:
        document = newest_card(leading.db, one.id)
        if document is None or one.id in vaults:
            continue
        card = read_card(document, leading.genesis_id)
        if keys_ending(one.id, card_end(card), day):
            short.append(one.id)
    return tuple(short)


def _export(vault: Vault, office: Path, moment: Moment, name: str) -> Path:
    for number in range(1, 1000):
        path = office / (f"{name}.bundle" if number == 1 else f"{name}-{number}.bundle")
        if not path.exists():
            export_bundle(vault, path, moment)
            return path
    raise Refusal(
        f"{foreign_path(office)} is full of old bundles", "remove those that the server has taken"
    )

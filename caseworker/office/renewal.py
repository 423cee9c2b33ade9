"""Renewing an office: new cards, a new delegation where it is short, a new directory."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from caseworker.days import Moment
from caseworker.errors import Refusal
from caseworker.exchange.outbound import export_bundle, refuse_if_behind
from caseworker.office.cards import renew_card
from caseworker.office.delegations import delegation_is_short, next_delegation
from caseworker.office.directories import issue_directory
from caseworker.office.handover import hand_over_cards, hand_over_directory
from caseworker.office.root_file import Root
from caseworker.vault.folder import Vault
from caseworker.vault.keys import directory_key
from crypto.directory import Directory


@dataclass(frozen=True)
class Renewal:
    """What a renewal made. `bundles` are the files to carry, by the recipient they come from."""

    new_cards: tuple[str, ...]
    new_delegation: bool
    directory: Directory | None
    bundles: Mapping[str, Path]


def renew_office(
    vaults: Mapping[str, Vault], office: Path, moment: Moment, ask_root: Callable[[], Root]
) -> Renewal:
    """Renew what the vaults at hand can renew. The root is asked for only where it is needed."""
    for vault in vaults.values():
        refuse_if_behind(vault)
    leading = next((one for one in vaults.values() if directory_key(one.db)), None)
    new_cards = tuple(name for name, vault in vaults.items() if renew_card(vault, moment))
    if leading is None:
        bundles = {
            name: _export(vault, office, moment, f"cards-{name}") for name, vault in vaults.items()
        }
        return Renewal(new_cards, False, None, bundles)
    hand_over_cards(vaults, leading, moment)
    short = _is_short(leading, moment.day)
    if short:
        next_delegation(leading, moment, ask_root())
    directory = issue_directory(leading, moment)
    hand_over_directory(leading, vaults, moment)
    name = f"directory-{directory.delegation.number}-{directory.sequence}"
    bundle = _export(leading, office, moment, name)
    return Renewal(new_cards, short, directory, {leading.recipient: bundle})


def _is_short(leading: Vault, day: int) -> bool:
    held = directory_key(leading.db)
    return held is not None and delegation_is_short(held, day)


def _export(vault: Vault, office: Path, moment: Moment, name: str) -> Path:
    for number in range(1, 1000):
        path = office / (f"{name}.bundle" if number == 1 else f"{name}-{number}.bundle")
        if not path.exists():
            export_bundle(vault, path, moment)
            return path
    raise Refusal(f"{office} is full of old bundles", "remove those that the server has taken")

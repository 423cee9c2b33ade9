"""Who must carry what to whom, and type what there, so that something new arrives everywhere."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from caseworker.keys.directories import known_directory
from caseworker.vault.folder import Vault
from crypto.directory import Directory
from ground.shell.foreign import foreign_path

_FILE = "FILE"


@dataclass(frozen=True)
class Place:
    """Where something is typed: at the vault of a recipient, or with None at the server."""

    recipient: str | None


SERVER = Place(None)


@dataclass(frozen=True)
class Step:
    """What to type at a place; `bring` is the file to carry there first, and `source` from where.

    A file that another step writes is called FILE.
    """

    place: Place
    type: str
    bring: str | None = None
    source: Place | None = None


def to_server(recipient: str, bundle: Path) -> Step:
    """Return the step that takes a vault's bundle into the server."""
    command = f"intake import --data DIR {bundle.name}"
    return Step(SERVER, command, str(bundle), Place(recipient))


def from_server(recipient: str) -> list[Step]:
    """Return the steps that bring a vault what the server has."""
    export = f"intake export --data DIR --recipient {recipient} --out {_FILE}"
    return [
        Step(SERVER, export),
        Step(Place(recipient), f"caseworker import VAULT {_FILE}", _FILE, SERVER),
    ]


def new_bundle(recipient: str) -> list[Step]:
    """Return the steps by which a vault on another machine sends what it has new to the server."""
    return [
        Step(Place(recipient), f"caseworker export VAULT --out {_FILE}"),
        Step(SERVER, f"intake import --data DIR {_FILE}", _FILE, Place(recipient)),
    ]


def after_directory(
    directory: Directory, bundle: Path, present: Collection[str], short: Collection[str]
) -> list[Step]:
    """Return the steps after a directory was issued here: to the server, and to absent vaults.

    `short` are the recipients elsewhere whose keys end soon: their next card has to come back here.
    """
    leading = directory.directory_recipient
    steps = [to_server(leading, bundle)]
    for one in directory.recipients:
        if one.id not in present:
            steps += from_server(one.id)
        if one.id in short:
            steps += new_bundle(one.id)
    return [*steps, *from_server(leading)] if short else steps


def signing_key_steps(vault: Vault, bundle: Path, *, carried: bool) -> list[Step]:
    """Return the steps after a vault got a new signing key, whose card is in a bundle.

    `carried`: nothing vouches for the card but a person at the directory's vault.
    """
    directory = known_directory(vault)
    if directory.directory_recipient == vault.recipient:
        return after_directory(directory, bundle, [vault.recipient], [])
    if not carried:
        return after_cards(directory, {vault.recipient: bundle})
    take = f"caseworker office take-card VAULT {bundle.name}"
    place = Place(directory.directory_recipient)
    return [
        Step(place, take, str(bundle), Place(vault.recipient)),
        *new_bundle(directory.directory_recipient),
        *from_server(vault.recipient),
    ]


def taken_card_steps(vault: Vault, recipient: str) -> list[Step]:
    """Return the steps after the directory's vault took a card in that a person carried there."""
    export = Step(
        Place(vault.recipient), f"caseworker export {foreign_path(vault.folder)} --out {_FILE}"
    )
    return [export, *new_bundle(vault.recipient)[1:], *from_server(recipient)]


def after_cards(directory: Directory, bundles: Mapping[str, Path]) -> list[Step]:
    """Return the steps after new cards alone: by the server to the directory's vault, and back."""
    leading = directory.directory_recipient
    steps = [to_server(recipient, bundle) for recipient, bundle in bundles.items()]
    steps += from_server(leading)
    steps.append(Step(Place(leading), "caseworker office renew DIR"))
    steps.append(
        Step(SERVER, f"intake import --data DIR {_FILE}", _FILE, Place(leading)),
    )
    for recipient in bundles:
        steps += from_server(recipient)
    return steps

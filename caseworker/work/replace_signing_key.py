"""The key by which a recipient signs replaced, and a bundle that announces the new one."""

from dataclasses import dataclass
from pathlib import Path

from caseworker.exchange.outbound.exporting import (
    export_bundle,
    refuse_before_a_bundle,
    refuse_unwritable,
)
from caseworker.keys.cards import card_document
from caseworker.keys.directories import issue_directory, refuse_if_stray
from caseworker.keys.signing import is_named
from caseworker.moments import Moment
from caseworker.office.new_signing_key import card_fingerprint, replace_signing_key
from caseworker.office.steps import Step, signing_key_steps
from caseworker.vault.folder import Vault
from caseworker.vault.keys import directory_key

__all__ = ["NewSigningKey", "refuse_hopeless_bundle", "renew_signing_key"]


@dataclass(frozen=True)
class NewSigningKey:
    """A recipient's new signing key: the digits of its card, and who carries what.

    `is_named`: a directory names it already.
    """

    recipient: str
    fingerprint: str
    is_named: bool
    steps: tuple[Step, ...]


def refuse_hopeless_bundle(out: Path) -> None:
    """Raise Refusal where no bundle could be written; before a passphrase is typed."""
    # One that is there may be what the same command wrote before it was stopped: export looks.
    if not out.is_file():
        refuse_unwritable(out)


def renew_signing_key(
    vault: Vault, moment: Moment, out: Path, *, old_key_lost: bool
) -> NewSigningKey:
    """Make a new signing key, and write a bundle that announces it."""
    refuse_before_a_bundle(vault)
    refuse_if_stray(vault)
    replace_signing_key(vault, moment, old_key_lost=old_key_lost)
    if directory_key(vault.db) and not is_named(vault):
        issue_directory(vault, moment)
    export_bundle(vault, out, moment)
    return NewSigningKey(
        recipient=vault.recipient,
        fingerprint=card_fingerprint(card_document(vault)),
        is_named=is_named(vault),
        steps=tuple(signing_key_steps(vault, out, carried=old_key_lost)),
    )

"""office new-signing-key, office take-card: the key by which a recipient signs is replaced."""

import argparse
import sys
from pathlib import Path

from caseworker.commands.carry_steps import step_data, step_lines
from caseworker.commands.frame import (
    Answer,
    Arguments,
    Command,
    Surroundings,
    add_vault,
    lines,
    opened,
)
from caseworker.exchange.outbound.exporting import (
    export_bundle,
    refuse_if_behind,
    refuse_unwritable,
)
from caseworker.keys.cards import card_document
from caseworker.keys.directories import issue_directory, refuse_if_stray
from caseworker.keys.signing import is_named
from caseworker.office.new_signing_key import (
    CarriedCard,
    card_fingerprint,
    read_carried_card,
    refuse_untakable,
    replace_signing_key,
    take_carried_card,
)
from caseworker.office.sheet import digit_lines
from caseworker.office.steps import signing_key_steps, taken_card_steps
from caseworker.vault.keys import directory_key
from crypto.directory import read_fingerprint
from crypto.errors import Malformed
from ground.shell.refusals import Refusal, UsageError


def _new_signing_key(arguments: Arguments, surroundings: Surroundings) -> Answer:
    moment, out, lost = surroundings.moment, arguments.out, arguments.old_key_lost
    # One that is there may be what the same command wrote before it was stopped: export looks.
    if not out.is_file():
        refuse_unwritable(out)
    with opened(arguments.vault, surroundings) as vault:
        refuse_if_behind(vault)
        refuse_if_stray(vault)
        replace_signing_key(vault, moment, old_key_lost=lost)
        if directory_key(vault.db) and not is_named(vault):
            issue_directory(vault, moment)
        export_bundle(vault, out, moment)
        digits = card_fingerprint(card_document(vault))
        steps = signing_key_steps(vault, out, carried=lost)
        recipient, named = vault.recipient, is_named(vault)
    parts = [f"The vault of {recipient} has a new signing key; {out} is written with its card."]
    if lost and not named:
        parts += [
            "Nothing but a person vouches for it. Read the card's fingerprint out to whoever has "
            "the directory's vault, by telephone or face to face, never by the same stick:",
            *(f"  {line}" for line in digit_lines(digits)),
        ]
    parts += step_lines(steps)
    data = {"file": str(out), "fingerprint": digits, "steps": step_data(steps)}
    return Answer(lines(*parts), data)


def _take_card(arguments: Arguments, surroundings: Surroundings) -> Answer:
    typed = _typed_fingerprint(arguments.fingerprint)
    with opened(arguments.vault, surroundings) as vault:
        carried = read_carried_card(vault, arguments.file)
        refuse_untakable(vault, carried)
        recipient = carried.card.recipient
        if typed is None:
            _ask_about(carried)
        elif typed != carried.card.sha256:
            raise Refusal(
                f"the card in {arguments.file.name} has another fingerprint",
                "nothing was changed: compare all 80 digits, and ask where this file comes from",
            )
        take_carried_card(vault, carried, surroundings.moment)
        steps = taken_card_steps(vault, recipient)
    parts = [
        f"The card of {recipient} is taken in: the next directory names its new signing key.",
        *step_lines(steps),
    ]
    data = {"recipient": recipient, "card": carried.card.number, "steps": step_data(steps)}
    return Answer(lines(*parts), data)


def _typed_fingerprint(text: str | None) -> bytes | None:
    if text is None:
        return None
    try:
        return read_fingerprint(text)
    except Malformed as error:
        raise UsageError(
            f"that is no fingerprint: {error}", "type all 80 digits, as they are read out to you"
        ) from None


def _ask_about(carried: CarriedCard) -> None:
    """Show a card's fingerprint, and let a person decide."""
    if not sys.stdin.isatty():
        raise Refusal(
            "a person has to compare this card's fingerprint, and nobody is here to ask",
            "give the 80 digits that the recipient read out: --fingerprint DIGITS",
        )
    print(f"A card of {carried.card.recipient} with a new signing key:", file=sys.stderr)
    for line in digit_lines(carried.fingerprint):
        print(f"  {line}", file=sys.stderr)
    print(
        "Let somebody of that recipient, whom you know, read the digits out to you.\n"
        "Are they the same, all of them? Type yes, or Enter for no: ",
        end="",
        file=sys.stderr,
        flush=True,
    )
    if sys.stdin.readline().strip().lower() != "yes":
        raise Refusal("the card was not taken in", "nothing was changed")


def _add_new_signing_key(parser: argparse.ArgumentParser) -> None:
    add_vault(parser)
    parser.add_argument(
        "--out", metavar="FILE", type=Path, required=True, help="the bundle to write; a new name"
    )
    parser.add_argument(
        "--old-key-lost",
        action="store_true",
        help="the old key is lost or stolen, so it must not vouch for the new one: a person does",
    )


def _add_take_card(parser: argparse.ArgumentParser) -> None:
    add_vault(parser)
    parser.add_argument(
        "file", metavar="FILE", type=Path, help="the bundle that new-signing-key wrote"
    )
    parser.add_argument(
        "--fingerprint",
        metavar="DIGITS",
        help="the 80 digits that the recipient read out; else you are shown the card's and asked",
    )


NEW_SIGNING_KEY = Command(
    name="new-signing-key",
    summary="replace the key by which a recipient signs",
    description="""Makes a new signing key for a vault, and writes a bundle with a card that
announces it. Until a directory names the new key, the vault goes on signing with the old one; what
the server has not taken by then is signed anew. Replies that the old key signed are still read.

The old key vouches for the new one, and the card travels as all cards do. If the old key is lost,
or somebody else may have it: --old-key-lost. Then carry the bundle to the directory's vault
yourself, where caseworker office take-card compares the card's fingerprint, which is printed here.

examples:
  caseworker office new-signing-key vaults/oversight --out /media/stick/new-key.bundle
  caseworker office new-signing-key vaults/oversight --out /media/stick/new-key.bundle \\
    --old-key-lost""",
    add_arguments=_add_new_signing_key,
    run=_new_signing_key,
)
TAKE_CARD = Command(
    name="take-card",
    summary="take in a card that nothing but a person vouches for",
    description="""For the directory's vault, when another recipient's signing key is lost or
stolen. Reads the card in the bundle that new-signing-key --old-key-lost wrote, and asks whether
its fingerprint is the one that the recipient read out to you. Whoever gets a wrong card past this
question reads, from the next directory on, what sources write to that recipient.

examples:
  caseworker office take-card vaults/investigations /media/stick/new-key.bundle
  caseworker office take-card vaults/investigations /media/stick/new-key.bundle \\
    --fingerprint "12345 00042 …\"""",
    add_arguments=_add_take_card,
    run=_take_card,
)

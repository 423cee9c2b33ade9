"""office new-signing-key, office take-card: the key by which a recipient signs is replaced."""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

from caseworker.commands.carry_steps import step_data, step_lines
from caseworker.commands.opening import add_out, add_vault, file_name, naming_files, now, opened
from caseworker.office.new_signing_key import CarriedCard
from caseworker.work.replace_signing_key import refuse_hopeless_bundle, renew_signing_key
from caseworker.work.take_card import take_card
from crypto.directory import digit_lines, read_fingerprint
from crypto.errors import Malformed
from ground.shell.foreign import foreign_path
from ground.shell.frame import Answer, Command, Surroundings
from ground.shell.layout import lines
from ground.shell.refusals import Refusal, UsageError
from ground.shell.terminal import open_terminal


@dataclass(frozen=True)
class NewSigningKeyOptions:
    """The arguments of `office new-signing-key`."""

    vault: Path
    out: Path
    old_key_lost: bool


@dataclass(frozen=True)
class TakeCardOptions:
    """The arguments of `office take-card`; `fingerprint` as it was typed, or None."""

    vault: Path
    file: Path
    fingerprint: str | None


def _new_signing_key(options: NewSigningKeyOptions, surroundings: Surroundings) -> Answer:
    out, lost = options.out, options.old_key_lost
    refuse_hopeless_bundle(out)
    with opened(options.vault, surroundings) as vault:
        new = renew_signing_key(vault, now(), out, old_key_lost=lost)
    head = f"The vault of {new.recipient} has a new signing key; "
    parts = [*naming_files(f"{head}{foreign_path(out)} is written with its card.")]
    if lost and not new.is_named:
        parts += [
            "Nothing but a person vouches for it. Read the card's fingerprint out to whoever has "
            "the directory's vault, by telephone or face to face, never by the same stick:",
            *(f"  {line}" for line in digit_lines(new.fingerprint)),
        ]
    parts += step_lines(new.steps)
    data = {"file": str(out), "fingerprint": new.fingerprint, "steps": step_data(new.steps)}
    return Answer(lines(*parts), data)


def _take_card(options: TakeCardOptions, surroundings: Surroundings) -> Answer:
    typed = _typed_fingerprint(options.fingerprint)

    def compare(carried: CarriedCard) -> None:
        if typed is None:
            _ask_about(carried)
        elif typed != carried.card.sha256:
            raise Refusal(
                f"the card in {file_name(options.file)} has another fingerprint",
                "nothing was changed: compare all 80 digits, and ask where this file comes from",
            )

    with opened(options.vault, surroundings) as vault:
        taken = take_card(vault, now(), options.file, compare)
    text = lines(
        f"The card of {taken.recipient} is taken in: the next directory names its new signing key.",
        *step_lines(taken.steps),
    )
    data = {"recipient": taken.recipient, "card": taken.number, "steps": step_data(taken.steps)}
    return Answer(text, data)


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
    """Show a card's fingerprint, and let a person decide; Refusal unless they say yes."""
    terminal = open_terminal(answers_go_elsewhere=True) if sys.stdin.isatty() else None
    if terminal is None:
        raise Refusal(
            "a person has to compare this card's fingerprint, and nobody is here to ask",
            "give the 80 digits that the recipient read out: --fingerprint DIGITS",
        )
    terminal.say(f"A card of {carried.card.recipient} with a new signing key:")
    for line in digit_lines(carried.fingerprint):
        terminal.say(f"  {line}")
    terminal.say("Let somebody of that recipient, whom you know, read the digits out to you.")
    if not terminal.confirms("Are they the same, all of them?"):
        raise Refusal(
            "the card was not taken in",
            "nothing was changed. Have the digits read out to you by another way, by telephone or "
            "face to face, and take it again: where they are the same, say yes. Where they differ, "
            "somebody else may have made this card: fetch the file from that recipient yourself",
        )


def _add_new_signing_key(parser: argparse.ArgumentParser) -> None:
    add_vault(parser)
    add_out(parser, "the bundle")
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
    name="office new-signing-key",
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
    options=NewSigningKeyOptions,
    add_arguments=_add_new_signing_key,
    run=_new_signing_key,
    is_deed=True,
    asks_passphrases=True,
)
TAKE_CARD = Command(
    name="office take-card",
    summary="take in a card that nothing but a person vouches for",
    description="""For the directory's vault, when another recipient's signing key is lost or
stolen. Reads the card in the bundle that new-signing-key --old-key-lost wrote, and asks whether
its fingerprint is the one that the recipient read out to you. Whoever gets a wrong card past this
question reads, from the next directory on, what sources write to that recipient.

examples:
  caseworker office take-card vaults/investigations /media/stick/new-key.bundle
  caseworker office take-card vaults/investigations /media/stick/new-key.bundle \\
    --fingerprint "12345 00042 …\"""",
    options=TakeCardOptions,
    add_arguments=_add_take_card,
    run=_take_card,
    is_deed=True,
    asks_passphrases=True,
)

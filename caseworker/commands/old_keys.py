"""Old intake keys at an import: the question to a person, and what became of them, in words."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from caseworker.keys.destroying import Destroyed
from caseworker.keys.destruction import Destruction, Doubt
from caseworker.keys.key_dates import end_of_validity
from caseworker.moments import Moment
from caseworker.vault.condition import restored_day, seen_day
from caseworker.vault.folder import Vault
from caseworker.vault.secrets_file import HeldSecret
from crypto.days import first_day
from ground.shell.figures import counted, date_text, iso_date
from ground.shell.foreign import foreign_path
from ground.shell.refusals import Refusal
from ground.shell.terminal import open_terminal

_ASK, _YES, _NO = "ask", "yes", "no"
_OPTION = "--destroy-old-keys"
_SHORT = {
    Doubt.CLOCK_JUMPED: "the clock jumped",
    Doubt.CLOCK_AHEAD: "the clock is far past the newest export",
    Doubt.RESTORED: "the vault came from a backup",
    Doubt.EXPORT_AHEAD: "only an export dated in the future is so new",
    Doubt.LONG_OVER: "the keys ended long ago",
}


def add_destroy_old_keys(parser: argparse.ArgumentParser) -> None:
    """Add the option that answers the question about old keys."""
    parser.add_argument(
        _OPTION,
        choices=(_ASK, _YES, _NO),
        default=_ASK,
        help="answer the question about old keys, where one is to be asked: yes destroys them, and "
        "says that this machine's clock is right and that all kept bundles are imported again; no "
        "keeps them; ask (the default) asks at a terminal, and keeps them where there is none",
    )


def answer_about_old_keys(
    vault: Vault, moment: Moment, option: str
) -> Callable[[Destruction], bool]:
    """Return what answers the question about old keys: the option, or a person at a terminal."""

    def says_yes(due: Destruction) -> bool:
        terminal = open_terminal(answers_go_elsewhere=True) if sys.stdin.isatty() else None
        if option != _ASK or terminal is None:
            return option == _YES
        try:
            terminal.say(_question(vault, moment, due))
            return terminal.confirms("Destroy them?")
        except (Refusal, OSError):
            # Whoever was asked is gone: silence means no, and what was imported stays so.
            return False

    return says_yes


def _question(vault: Vault, moment: Moment, due: Destruction) -> str:
    reasons = [f"  - {_reason(doubt, vault, moment)}" for doubt in due.doubts]
    return "\n".join(
        [
            "",
            f"May {_keys(due.asked)} be destroyed? They are too old for new reports.",
            "You are asked because it is not certain that nothing more comes under them:",
            *reasons,
            "Yes: they are gone for good. What somebody recorded under them stays closed for ever, "
            "also to whoever takes this vault and its passphrase. A report under them that is not "
            "imported yet can then never be read here.",
            "No: nothing is destroyed and nothing is lost. You are asked again at the next import. "
            "Until then these keys can still be taken with the vault.",
        ]
    )


def _reason(doubt: Doubt, vault: Vault, moment: Moment) -> str:
    today = date_text(moment.day)
    if doubt is Doubt.CLOCK_JUMPED:
        seen = date_text(seen_day(vault.db))
        return (
            f"this machine's clock says {today}, and when this vault was used last it said {seen}. "
            "Is it right? Yes also says that it is"
        )
    if doubt is Doubt.CLOCK_AHEAD:
        return (
            f"this machine's clock says {today}, and every bundle imported so far is more than "
            "30 days older. Is the clock right, and was a newer bundle left out?"
        )
    if doubt is Doubt.RESTORED:
        when = date_text(restored_day(vault.db) or moment.day)
        return (
            f"this vault was put back from a backup on {when}. Are all bundles that you kept since "
            "that backup imported again? Yes also says that they are"
        )
    if doubt is Doubt.EXPORT_AHEAD:
        return "the newest whole export is dated in the future: a clock is wrong, here or there"
    return (
        "they ended more than 60 days ago, and no whole export has come since: a server keeps "
        "reports no longer than that, but a bundle that was left out may hold some"
    )


def old_key_lines(old: Destroyed, vault: Path) -> list[str]:
    """Return what became of old keys, in words."""
    parts = []
    if old.gone:
        parts.append(f"Destroyed, since nothing more comes under them: {_keys(old.gone)}.")
    if old.kept.asked:
        parts.append(
            f"Kept, since nobody said yes to destroying them: {_keys(old.kept.asked)} "
            f"({_reasons(old.kept)}). Import again at a terminal to be asked, or with {_OPTION} "
            f"yes: caseworker import {foreign_path(vault)} FILE"
        )
    return parts


def old_key_data(old: Destroyed) -> dict[str, object]:
    """Return what became of old keys, for programs."""
    return {
        "destroyed": [iso_date(first_day(one.week)) for one in old.gone],
        "kept": [iso_date(first_day(one.week)) for one in old.kept.asked],
        "kept_because": [doubt.value for doubt in old.kept.doubts],
    }


def due_data(due: Destruction) -> dict[str, object]:
    """Return which keys the next import destroys, or asks about, for programs."""
    return {
        "destroyed_at_next_import": [iso_date(first_day(one.week)) for one in due.free],
        "asked_at_next_import": [iso_date(first_day(one.week)) for one in due.asked],
        "asked_because": [doubt.value for doubt in due.doubts],
    }


def due_rows(due: Destruction) -> list[tuple[str, str]]:
    """Return which keys the next import destroys, or asks about, as rows of the status."""
    rows = []
    if due.free:
        rows.append(("old keys", f"{_keys(due.free)}: the next import destroys them"))
    if due.asked:
        rows.append(
            ("old keys", f"{_keys(due.asked)}: the next import asks, since {_reasons(due)}")
        )
    return rows


def _reasons(due: Destruction) -> str:
    return "; ".join(_SHORT[doubt] for doubt in due.doubts)


def _keys(held: tuple[HeldSecret, ...]) -> str:
    ends = sorted(end_of_validity(one.week) - 1 for one in held)
    span = date_text(ends[0])
    if ends[0] != ends[-1]:
        span = f"from {span} to {date_text(ends[-1])}"
    return f"{counted(len(held), 'old key')} (last valid {span})"

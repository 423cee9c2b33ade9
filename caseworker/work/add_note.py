"""A caseworker's note on a case."""

from caseworker.cases.folding import case_log
from caseworker.cases.lists import append_to_case
from caseworker.log.case_events import Noted
from caseworker.log.texts import add_text
from caseworker.moments import Moment
from caseworker.vault.folder import Vault
from ground.shell.refusals import Refusal

__all__ = ["add_note", "check_case"]


def add_note(vault: Vault, moment: Moment, case_number: int, text: str) -> None:
    """Add a note to a case; Refusal where it is empty, or there is no case of that number."""
    if not text.strip():
        raise Refusal("the note is empty", "nothing was written")
    check_case(vault, case_number)
    with vault.db.transaction():
        append_to_case(vault, moment, Noted(case_number, add_text(vault.db, text)))


def check_case(vault: Vault, case_number: int) -> None:
    """Return where there is a case of that number, else Refusal."""
    case_log(vault.db, case_number)

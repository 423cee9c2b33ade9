"""A caseworker's note on a case."""

from caseworker.cases.cases import case_log
from caseworker.log.events import NOTED, append_event
from caseworker.log.rows import keep_text
from caseworker.vault.folder import Vault
from ground.days import Moment
from ground.shell.refusals import Refusal

__all__ = ["add_note"]


def add_note(vault: Vault, moment: Moment, case_number: int, text: str) -> None:
    """Add a note to a case; Refusal where it is empty, or there is no case of that number."""
    if not text.strip():
        raise Refusal("the note is empty", "nothing was written")
    case_log(vault.db, case_number)
    with vault.db.transaction():
        body = {"text": keep_text(vault.db, text).hex()}
        append_event(vault, moment, NOTED, case_number, body)

"""Who will be able to read a message: checked against the office, and said to the person."""

from collections.abc import Iterable, Sequence

from crypto.public_keys import recipient_bytes
from ground.languages import gettext as _
from ground.shell.refusals import Refusal
from intake.source.person.session import Session
from intake.source.reach.office import Office

__all__ = ["check_ids", "tell_readers", "without"]


def without(recipient_ids: Iterable[str], left_out: Sequence[str], office: Office) -> list[str]:
    """Return recipients without those left out, sorted; Refusal where nobody stays."""
    check_ids(left_out, office)
    readers = [recipient_id for recipient_id in recipient_ids if recipient_id not in left_out]
    if not readers:
        raise Refusal(
            _("Nobody would be left to read the message. Nothing was sent."),
            _("Leave out fewer recipients, or use another way to report."),
        )
    return sorted(readers, key=recipient_bytes)


def check_ids(ids: Sequence[str], office: Office) -> None:
    """Return if all are active recipients of the office, else Refusal naming those that are."""
    if not set(ids).issubset(office.keys):
        raise Refusal(
            _("The office has no recipient of that name. Nothing was sent."),
            _("Its recipients are: {ids}").format(ids=", ".join(office.keys)),
        )


def tell_readers(session: Session, office: Office, recipient_ids: Sequence[str]) -> None:
    """Say who will be able to read the message, and who not."""
    titles = office.titles(session.language)
    readers = ", ".join(str(titles[recipient_id]) for recipient_id in recipient_ids)
    session.tell(_("It can be read by: {recipients}").format(recipients=readers))
    others = [str(title) for its_id, title in titles.items() if its_id not in recipient_ids]
    if others:
        session.tell(_("It cannot be read by: {recipients}").format(recipients=", ".join(others)))

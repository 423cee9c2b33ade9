"""Recipients whom a message was for and who read no more: a person says whether it goes without."""

from collections.abc import Iterable, Sequence

from ground.languages import gettext as _
from ground.shell.foreign import ForeignText
from ground.shell.refusals import Refusal
from intake.source.person.session import Session, next_command
from intake.source.reach.office import Office

__all__ = ["RecipientsGoneError", "agree_without"]


class RecipientsGoneError(Exception):
    """The office no longer names some of those whom a message is for. Nothing was sealed."""

    def __init__(self, ids: Sequence[str]) -> None:
        super().__init__()
        self.ids = tuple(ids)


def agree_without(
    session: Session, office: Office, chosen: Sequence[str], gone: Sequence[str]
) -> None:
    """Return if a person says that a message goes to the others of those chosen; else Refusal."""
    left = [one for one in chosen if one not in gone]
    if not left:
        raise Refusal(
            _("None of the recipients that you chose reads messages any more."),
            _("Nothing was stored. Begin a new report, and look at who would read it."),
        )
    message = _("These no longer read messages, and your message was for them too: {gone}").format(
        gone=_names(gone, office, session)
    )
    others = _("It would be for these alone: {left}").format(left=_names(left, office, session))
    if session.terminal is not None and session.codename.asks_a_person:
        session.terminal.say(message)
        session.terminal.say(others)
        if session.terminal.agrees(_("Send it to these alone?")):
            return
    command = next_command(session, f"report --resume --without {' '.join(gone)}")
    raise Refusal(
        f"{message}. " + _("It was not sealed, and not sent."),
        others + "\n" + _("To send it so: {command}").format(command=command),
    )


def _names(ids: Iterable[str], office: Office, session: Session) -> str:
    """Return titles, and ids where the directory has no title any more."""
    titles = office.titles(session.language)
    shown = (titles.get(one, ForeignText(one)) for one in ids)
    return ", ".join(map(str, shown))

"""What a person hears who stops a command by hand: what became of the message."""

from ground.languages import gettext as _
from ground.shell.refusals import Stopped

__all__ = ["StoppedByHand"]


class StoppedByHand(Stopped):
    """Ctrl-C, or an end from outside. `outcome` says what is kept or stored, `hint` what next."""

    def __init__(self, outcome: str, hint: str = "") -> None:
        super().__init__(_("Stopped by hand.") + " " + outcome, hint)

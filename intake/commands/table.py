"""The program `intake`: its two publics, and the table of what each of them types."""

from typing import Final

from ground.shell.frame import Group, Program
from intake.commands.export_command import EXPORT
from intake.commands.import_command import IMPORT
from intake.commands.serve_command import SERVE
from intake.commands.site_command import SITE_BUILD, SITE_TOPIC
from intake.commands.status_command import STATUS
from intake.source.commands import REPLIES, REPORT, SEND

__all__ = ["PROGRAM"]


def _prepare() -> None:
    """Do nothing: this program needs nothing of its process that the frame does not give it."""


PROGRAM: Final = Program(
    "intake",
    "The online side of an anonymous intake. With `report`, `send` and `replies` you tell an\n"
    "office something; all others run its server, which cannot read any of it.",
    (
        Group("for sources", (REPORT, SEND, REPLIES)),
        Group("for whoever runs the server", (SERVE, IMPORT, EXPORT, STATUS, SITE_BUILD)),
    ),
    topics={"site": SITE_TOPIC},
    prepare=_prepare,
    stopped=("stopped by hand", ""),
)

"""What a run knows of itself: the command that reaches the same office again."""

from pathlib import Path

from ground.shell.output import Output
from intake.source.person.codename_line import CodenameLine
from intake.source.person.session import Session, next_command
from intake.source.person.upload_progress import ProgressInWords
from intake.source.reach.address import Proxy
from intake.source.reach.pinned import StateFolder
from intake.source.reach.route import Route


def test_command_to_type_next_is_quoted_for_every_shell() -> None:
    """Where brackets are a pattern that fits no file, a shell may refuse the whole line."""
    session = Session(
        route=Route("http://[::1]:8080", Proxy("::1", 9050)),
        state=StateFolder(Path("/my state")),
        named_state=Path("/my state"),
        terminal=None,
        codename=CodenameLine(None, None),
        language="en",
        patience=0,
        board_from="",
        progress=ProgressInWords(),
        output=Output(),
        as_json=False,
    )
    command = next_command(session, "report --resume")
    assert command == (
        "intake report --resume --server 'http://[::1]:8080' --proxy 'socks5h://[::1]:9050'"
        " --state '/my state'"
    )

"""`intake serve`: the server, until it is told to stop."""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

from ground.shell.foreign import foreign_path
from ground.shell.frame import Answer, Command, Surroundings
from ground.shell.output import complain
from intake.commands.data_folder import add_data_folder

__all__ = ["SERVE"]

_LAST_PORT = 65_535


@dataclass(frozen=True)
class ServeOptions:
    """Where to serve which folder: at a host and port, or else at a Unix socket.

    `beat`: the longest pause between two writes, in seconds, where the settings' does not count.
    """

    data: Path
    listen: tuple[str, int] | None
    unix: Path | None
    beat: int | None


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    add_data_folder(parser)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument(
        "--listen", metavar="HOST:PORT", type=_host_and_port, help="an address of this machine"
    )
    where.add_argument("--unix", metavar="PATH", type=Path, help="a Unix socket, made anew")
    parser.add_argument(
        "--beat",
        metavar="SECONDS",
        type=_beat,
        help=(
            "the longest pause between two writes, 1 to 60; costs 7 GB of writes a day at 1, 1.4 GB"
            " at 5, 0.12 GB at 60: for SD cards; else beat_seconds of intake.toml"
        ),
    )


def _host_and_port(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or not port.isascii() or not port.isdigit() or int(port) > _LAST_PORT:
        raise argparse.ArgumentTypeError("HOST:PORT, as in 127.0.0.1:8080 or [::1]:8080")
    return host.removeprefix("[").removesuffix("]"), int(port)


def _beat(text: str) -> int:
    # Who only reports needs nothing of the server.
    from intake.storage.beat import LONGEST_SECONDS

    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= LONGEST_SECONDS:
        raise argparse.ArgumentTypeError(f"a whole number of seconds from 1 to {LONGEST_SECONDS}")
    return int(text)


def _run(options: ServeOptions, surroundings: Surroundings) -> Answer:
    from intake.server.memory_overwritten import start_again

    # Before anything else is loaded, let alone opened: it is a process anew from here.
    start_again()
    from intake.server.serve import Listen, serve
    from intake.status.alarms import order_alarm
    from intake.storage.file_systems import copies_on_write
    from intake.storage.folder import open_folder

    def say(address: str) -> None:
        if surroundings.as_json:
            surroundings.output.say_data(json.dumps({"serving": address}))
        else:
            surroundings.output.say(f"Serving on {address}")
        file_system = copies_on_write(open_folder(options.data))
        if file_system is not None:
            alarm = order_alarm(file_system, foreign_path(options.data))
            complain(f"warning: {alarm.text}", f"hint: {alarm.command}")

    host, port = options.listen or ("", 0)
    in_order = serve(options.data, Listen(host, port, options.unix), say, options.beat)
    # All that there is to say was said when it began.
    return Answer("", {}, complete=in_order)


SERVE = Command(
    "serve",
    "run the server that sources talk to",
    """\
Runs until it gets SIGTERM or SIGINT. It keeps ciphertext and weeks, no addresses, no access log.
Settings stand in DIR/intake.toml, which the first start writes with every default.

  intake serve --data /srv/intake --listen 127.0.0.1:8080
  intake serve --data /srv/intake --unix /run/intake/http.sock

Before the first `intake import` there are no pages: a browser gets a bare 404 (not-found), and
`intake report` says that there is no office at this address.""",
    ServeOptions,
    _add_arguments,
    _run,
    is_deed=True,
)

"""Commands that are killed: what was begun is taken back, what was done stays, the same goes on."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from caseworker.cases.cases import all_cases
from caseworker.cases.conversation import MessageView, conversation
from caseworker.cases.events import verify_log
from caseworker.replies.writing import ReplyWriter
from tests.caseworker.practice import DAY, Office, Server, Source, at

REPOSITORY = Path(__file__).parents[2]
KILLS = 8
# Opens a vault with its key, so that no time goes into the passphrase, and says when it begins.
CHILD = """
import sys
from pathlib import Path
from caseworker.days import Moment
from caseworker.exchange.inbound import import_part
from caseworker.exchange.outbound import export_bundle
from caseworker.vault.folder import open_vault
from caseworker.vault.key_slots import VaultKey
command, folder, day, *paths = sys.argv[1:]
key = VaultKey(bytes.fromhex(sys.stdin.readline()), "author-1")
with open_vault(Path(folder), key) as vault:
    print("ready", flush=True)
    for path in map(Path, paths):
        if command == "import":
            import_part(vault, path, Moment(int(day), "12:00:00"))
        else:
            export_bundle(vault, path, Moment(int(day), "12:00:00"))
"""


def start(office: Office, command: str, *paths: Path) -> "subprocess.Popen[str]":
    """A command that has opened the vault."""
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, command, office.vault(), str(DAY), *map(str, paths)],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(office.keys["investigations"].secret.hex() + "\n")
    child.stdin.flush()
    assert child.stdout.readline() == "ready\n"
    return child


def kill(child: "subprocess.Popen[str]", after: float) -> None:
    """Kill a command after some seconds, if it is still there."""
    time.sleep(after)
    child.send_signal(signal.SIGKILL)
    child.communicate()


def finish(child: "subprocess.Popen[str]") -> float:
    """Let a command end; return how many seconds it took."""
    started = time.monotonic()
    child.communicate()
    assert child.returncode == 0
    return time.monotonic() - started


def test_an_import_killed_at_any_moment_goes_on_with_the_same_command(
    office: Office, server: Server, source: Source
) -> None:
    server.report(source, "The first.", files=[("a", os.urandom(1_500_000))])
    server.report(Source(server.genesis_id), "The second.", files=[("b", os.urandom(500_000))])
    paths = server.export(parts=2)
    random.seed(1)
    for _ in range(KILLS):
        kill(start(office, "import", *paths), random.uniform(0.0, 0.25))
        with office.opened() as vault:
            verify_log(vault.db)
            assert len(all_cases(vault.db)) in (0, 1, 2)
    finish(start(office, "import", *paths))
    with office.opened() as vault:
        entries = [conversation(vault, number).entries for number in (1, 2)]
        verify_log(vault.db)
        assert len(all_cases(vault.db)) == 2
    messages = [entry for case in entries for entry in case if isinstance(entry, MessageView)]
    assert [len(messages), {file.state for one in messages for file in one.attachments}] == [
        2,
        {"whole"},
    ]
    # Six and two chunks, no fill: nothing of the interrupted imports is left.
    assert len(list((office.vault() / "chunks").rglob("??/*"))) == 8
    assert not (office.vault() / "chunks/importing").exists()


def test_an_export_killed_at_any_moment_loses_and_doubles_no_reply(
    office: Office, server: Server, source: Source
) -> None:
    server.report(source)
    office.bring(*server.export())
    random.seed(2)
    for number in range(KILLS):
        with office.opened() as vault:
            ReplyWriter(vault, at(DAY)).reply(1, f"Reply {number}.")
        kill(start(office, "export", server.folder / f"out{number}"), random.uniform(0.0, 0.15))
        with office.opened() as vault:
            verify_log(vault.db)
    finish(start(office, "export", server.folder / "out"))
    for path in sorted(server.folder.glob("out*")):
        server.take(path)
    read = sorted(reply.text for reply in server.replies(source))
    assert read == [f"Reply {number}." for number in range(KILLS)]
    tags = [record[:16] for record in server.board]
    assert len(set(tags)) == len(tags)


@pytest.mark.long
def test_imports_killed_a_hundred_times(office: Office, server: Server, source: Source) -> None:
    random.seed(3)
    for round_ in range(10):
        server.report(Source(server.genesis_id), files=[("a", os.urandom(900_000))])
        paths = server.export(parts=2)
        for _ in range(10):
            kill(start(office, "import", *paths), random.uniform(0.0, 0.3))
        finish(start(office, "import", *paths))
        with office.opened() as vault:
            verify_log(vault.db)
            assert len(all_cases(vault.db)) == round_ + 1

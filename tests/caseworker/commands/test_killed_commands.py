"""Commands that are killed: what was begun is taken back, what was done stays, the same goes on."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from caseworker.cases.conversation import MessageView, ReplyView, conversation
from caseworker.cases.folding import all_cases
from caseworker.log.chain import verify_log
from caseworker.work.replying import ReplyWriter
from crypto.replies import Reply
from tests.means.repository import REPOSITORY
from tests.offices.vaults import DAY, Office, Server, Source, at

KILLS = 8
MOST_ROUNDS = 60
# Opens a vault with its key, so that no time goes into the passphrase, and says when it begins and
# when it is done.
CHILD = """
import sys
from pathlib import Path
from caseworker.moments import Moment
from ground.shell.refusals import Refusal
from caseworker.exchange.inbound.importing import import_part
from caseworker.exchange.outbound.exporting import export_bundle
from caseworker.work.replying import ReplyWriter
from caseworker.vault.folder import open_vault
from caseworker.vault.key_slots import VaultKey
command, folder, day, *words = sys.argv[1:]
key = VaultKey(bytes.fromhex(sys.stdin.readline()), "author-1")
moment = Moment(int(day), "12:00:00")
with open_vault(Path(folder), key) as vault:
    print("ready", flush=True)
    if command == "import":
        for path in words:
            import_part(vault, Path(path), moment, lambda _server: None)
    elif command == "export":
        export_bundle(vault, Path(words[0]), moment)
    elif command == "reply":
        ReplyWriter(vault, moment).reply(int(words[0]), words[1])
    else:
        writer = ReplyWriter(vault, moment)
        for number in writer.new_cases():
            writer.acknowledge(number)
print("done", flush=True)
"""


def start(office: Office, command: str, *words: object) -> "subprocess.Popen[str]":
    """A command that has opened the vault."""
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, command, office.vault(), str(DAY), *map(str, words)],
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


def end(child: "subprocess.Popen[str]") -> str:
    """Wait for a command's end; return what else it said.

    `communicate` would pass over what has come beside the line that was read.
    """
    with child:
        assert child.stdout is not None
        return child.stdout.read()


def kill(child: "subprocess.Popen[str]", after: float) -> bool:
    """Kill a command after some seconds; tell whether it had said that it is done."""
    time.sleep(after)
    child.send_signal(signal.SIGKILL)
    said = end(child)
    return said == "done\n"


def finish(child: "subprocess.Popen[str]") -> float:
    """Let a command end; return how many seconds it took."""
    started = time.monotonic()
    said = end(child)
    assert (child.returncode, said) == (0, "done\n")
    return time.monotonic() - started


@dataclass
class Life:
    """A vault whose commands are killed, each some times before it may end.

    `seconds` is how long a command of a kind took when it was left alone: it is killed within that.
    """

    office: Office
    server: Server
    kills: int
    dice: random.Random = field(default_factory=lambda: random.Random(4))
    seconds: dict[str, float] = field(default_factory=dict)
    killed: int = 0
    at_work: int = 0

    def run(self, command: str, *words: object, check: Callable[[], object]) -> None:
        """Type a command, and type it again whenever it was killed, until it says that it is done.

        Also where it was killed between doing and saying so.
        """
        for _ in range(self.kills):
            child = start(self.office, command, *words)
            said = kill(child, self.dice.uniform(0.0, self.seconds.get(command, 0.1)))
            self.killed += 1
            self.at_work += not said
            with self.office.opened() as vault:
                verify_log(vault.db)
            if said:
                check()
                return
        self.seconds[command] = finish(start(self.office, command, *words))
        check()


def replies_in(office: Office) -> dict[int, list[str]]:
    """The texts and acknowledgements that each case has, whether or not they have left."""
    with office.opened() as vault:
        return {
            number: sorted(
                entry.text if entry.kind == "reply" else entry.kind
                for entry in conversation(vault, number).entries
                if isinstance(entry, ReplyView)
            )
            for number in all_cases(vault.db)
        }


def live(office: Office, server: Server, kills: int, killed: int, at_work: int = 0) -> Life:
    """Import, acknowledge, reply and export, each killed again and again; then count everything.

    It goes on until so many were killed, and so many before they had said that they were done: how
    many that takes depends on the machine.
    """
    life = Life(office, server, kills)
    sources: list[Source] = []
    while life.killed < killed or life.at_work < at_work:
        source, number = Source(server.genesis_id), len(sources) + 1
        assert number <= MOST_ROUNDS, f"{life.at_work} of {life.killed} were killed at work"
        sources.append(source)
        server.report(source, f"Report {number}.", files=[("a", os.urandom(600_000))])
        paths = server.export(parts=2)

        def imported(number: int = number) -> None:
            assert list(replies_in(office)) == list(range(1, number + 1))

        def acknowledged(number: int = number) -> None:
            assert replies_in(office)[number] == ["acknowledgement"]

        def replied(number: int = number) -> None:
            assert replies_in(office)[number] == [f"Reply {number}.", "acknowledgement"]

        out = server.folder / f"out{number:02}"

        life.run("import", *paths, check=imported)
        life.run("acknowledge", check=acknowledged)
        life.run("reply", number, f"Reply {number}.", check=replied)
        life.run("export", out, check=out.stat)
        if number % 2:
            server.take(out)
            office.bring(*server.export())
    server.take(max(server.folder.glob("out??")))
    for number, source in enumerate(sources, 1):
        assert sorted(map(said, server.replies(source))) == [f"Reply {number}.", "acknowledgement"]
    check_what_is_left(office, server, len(sources))
    return life


def said(reply: Reply) -> str:
    """What a source reads, in a word where it is a text of the house."""
    return reply.text if reply.kind == "reply" else reply.kind


def check_what_is_left(office: Office, server: Server, rounds: int) -> None:
    """No tag twice, every file whole, and of what was interrupted nothing."""
    tags = [record[:16] for record in server.board]
    assert len(set(tags)) == len(tags)
    with office.opened() as vault:
        entries = [
            one for number in all_cases(vault.db) for one in conversation(vault, number).entries
        ]
    files = [file for one in entries if isinstance(one, MessageView) for file in one.attachments]
    assert [file.state for file in files] == ["whole"] * rounds
    assert len(list((office.vault() / "chunks").glob("??/*"))) == 3 * rounds
    assert not (office.vault() / "chunks/importing").exists()
    assert not list(server.folder.glob("out*.part"))


def test_what_was_done_stays_and_the_same_command_goes_on_whenever_it_is_killed(
    office: Office, server: Server
) -> None:
    life = live(office, server, kills=1, killed=8)
    assert life.killed == 8


@pytest.mark.long
def test_at_a_hundred_moments_nothing_is_lost_or_doubled(office: Office, server: Server) -> None:
    life = live(office, server, kills=2, killed=100, at_work=50)
    assert life.killed >= 100
    assert life.at_work >= 50


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
        # What a kill left is a folder.
        if path.is_file():
            server.take(path)
    read = sorted(reply.text for reply in server.replies(source))
    assert read == [f"Reply {number}." for number in range(KILLS)]
    tags = [record[:16] for record in server.board]
    assert len(set(tags)) == len(tags)


def test_a_reply_typed_again_after_a_kill_is_the_same_reply_and_later_is_another(
    office: Office, server: Server, source: Source, tmp_path: Path
) -> None:
    """Whoever was killed just after it was kept cannot know that it was."""
    server.report(source)
    office.bring(*server.export())
    left = []
    for _ in range(2):
        with office.opened() as vault:
            left.append(ReplyWriter(vault, at(DAY)).reply(1, "Where was it?").records_left)
    assert (replies_in(office)[1], left) == (["Where was it?"], [127, 127])
    office.carry(tmp_path / "out")
    with office.opened() as vault:
        ReplyWriter(vault, at(DAY)).reply(1, "Where was it?")
    assert replies_in(office)[1] == ["Where was it?"] * 2

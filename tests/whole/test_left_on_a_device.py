"""Nothing of a report is left on its source's device: every block of a small disk is searched.

Home, temporary files, the state folder and the user's session lie in one ext4 image; the person's
own files and the codename on paper lie elsewhere. Looked for: text, file, names, the codename, what
is derived from it, the keys of files, the random half of the key of what waited. With `discard`, as
many devices have it, and without, where a block that was freed keeps what was written to it last.
"""

import os
import random
import secrets
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from crypto.codename import Codename, codename_words, read_codename
from crypto.source_keys import derive_source_keys
from crypto.word_lists import word_list
from ground.disk.replaced_files import wipe_file
from intake.source.sending.unsent import Unsent
from intake.source.sending.unsent_folders import waiting_in
from intake.source.sending.unsent_keys import KeyFile, derive_codename_key, joined_key
from tests.intake.source.message.test_cleaning import ON_DISK, STAND_IN
from tests.means.canaries import Canaries
from tests.means.file_systems import MIB, make_image, mounted
from tests.offices.source_client import (
    Done,
    OfficeServer,
    Source,
    meet,
    office_server,
    open_message,
)

pytestmark = pytest.mark.long

KILLS = 8

FREED = pytest.mark.parametrize("options", ["", "discard"], ids=["freed blocks stay", "discard"])
KEYS = pytest.mark.parametrize("has_session", [False, True], ids=["key beside", "key in session"])


@dataclass
class Device:
    """A source's device: what lies on its disk, what was typed there, and who it writes to."""

    image: Path
    disk: Path
    source: Source
    server: OfficeServer
    environment: dict[str, str]
    canaries: dict[str, str | bytes] = field(default_factory=dict)

    def report(self, *more: object, prelude: str = "") -> Done:
        """Report, with a file that is cleaned and a long text."""
        return self._run("report", *self._new(), *more, prelude=prelude)

    def again(self, *arguments: object, codename: str | None = None) -> Done:
        """Run `report` once more."""
        return self._run("report", *arguments, codename=codename)

    def killed(self, *, after: float, prelude: str = "") -> None:
        """Report, and be killed on the way; what was written by then reaches the disk."""
        with self.source.started(
            "report", *self._new(), environment=self.environment, prelude=prelude
        ) as process:
            time.sleep(after)
            process.send_signal(signal.SIGKILL)
            process.communicate()
        os.sync()

    def _run(
        self, command: str, *arguments: object, codename: str | None = None, prelude: str = ""
    ) -> Done:
        return self.source.run(
            command, *arguments, codename=codename, environment=self.environment, prelude=prelude
        )

    def _new(self) -> tuple[object, ...]:
        """The arguments of a report whose every part is a canary."""
        number = str(len(self.canaries))
        text, inside, hidden, name = (secrets.token_hex(20) for _part in range(4))
        self.canaries |= {
            f"text {number}": text,
            f"file {number}": inside,
            f"hidden {number}": hidden,
            f"name {number}": name,
        }
        film = self.source.file(
            f"{name}.txt", f"Author: {hidden}\n".encode() + f"{inside}\n".encode() * 9_000
        )
        path = self.source.file(f"{number}.txt", f"{text}\n".encode() * 900)
        return ("--text-file", path, "--file", film, "--clean", "--patience", "0")

    def note_codename(self) -> Codename | None:
        """Look for what the last codename gives, and for keys of what waits under it."""
        line = self.source.codename()
        if not line:
            return None
        codename = read_codename(line, word_list("english"), "english").codename
        genesis_id = self.server.office.genesis_id
        words = codename_words(codename, word_list("english"))
        source = derive_source_keys(codename, genesis_id)
        half = derive_codename_key(source)
        found: dict[str, str | bytes] = {
            "bits": codename.bits,
            "master": source.master,
            "half of the key": half.secret,
        }
        for separator in (" ", ", ", '","', "\n", "-", ""):
            for place in (0, 3, len(words) - 3):
                found[f"words {place} by {separator!r}"] = separator.join(words[place : place + 3])
        for folder in waiting_in(self.source.state / genesis_id.hex()):
            if (key := KeyFile(folder).read()) is None:
                continue
            found["random half of the key"] = key
            joined = joined_key(half, key)
            found["key"] = joined.secret
            plan, _sealed = Unsent(folder, joined).load()
            for place, one in enumerate(plan.files()):
                found[f"key of file {place}"] = one.snapshot.key.secret
            for place, chosen in enumerate(plan.draft.files):
                found[f"key of copy {place}"] = chosen.copy.key if chosen.copy else b""
        self.canaries |= {f"{line[:12]}: {name}": value for name, value in found.items() if value}
        return codename

    def note_envelopes(self) -> None:
        """Look for the keys in what the office has received."""
        for number, envelope in enumerate(self.server.envelopes()):
            payload = open_message(self.server.office, envelope).payload
            keys = [file.key for file in payload.attachments]
            keys += [one.key for one in (payload.rest, payload.fill) if one is not None]
            for place, key in enumerate(keys):
                self.canaries[f"envelope {number}, key {place}"] = key.secret

    def found(self) -> list[str]:
        """Which canaries are on the disk, in whichever block."""
        os.sync()
        return Canaries(self.canaries).in_file(self.image)

    def names(self) -> list[str]:
        """What lies on the disk, by its names."""
        paths = (path for path in self.disk.rglob("*") if path.is_file() or path.is_symlink())
        return sorted(path.name for path in paths)


@contextmanager
def device(folder: Path, options: str, *, has_session: bool) -> Iterator[Device]:
    """A device whose whole disk is one image."""
    image = folder / "image"
    make_image(image, 64 * MIB)
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    source, server, port = meet(elsewhere)
    tools = elsewhere / "tools"
    tools.mkdir()
    (tools / "mat2").write_text(STAND_IN)
    (tools / "mat2").chmod(0o755)
    with mounted(image, folder / "disk", options) as disk:
        (disk / "lost+found").rmdir()
        environment = {"PATH": f"{tools}:{os.environ['PATH']}"}
        for name in ("HOME", "TMPDIR", *(["XDG_RUNTIME_DIR"] if has_session else [])):
            (disk / name).mkdir(mode=0o700)
            environment[name] = str(disk / name)
        source.state = disk / "state"
        with office_server(server, port):
            made = Device(image, disk, source, server, environment)
            yield made
        assert made.names() == ["lock", "office.json"]
        assert made.found() == []
    assert Canaries(made.canaries).in_file(image) == []


def break_off(device: Device) -> None:
    device.server.answer = lambda _number, _put: None


def slowly(_number: int, _put: object) -> int:
    time.sleep(0.2)
    return 204


def mend(device: Device) -> None:
    device.server.answer = lambda _number, _put: 204


@FREED
@KEYS
@pytest.mark.parametrize("where", ["", ON_DISK], ids=["cleaned in memory", "cleaned on the disk"])
def test_nothing_is_left_of_what_is_stored(
    tmp_path: Path, options: str, where: str, *, has_session: bool
) -> None:
    with device(tmp_path, options, has_session=has_session) as own:
        done = own.report(prelude=where)
        assert done.code == 0, done.err
        own.note_codename()
        own.note_envelopes()


@FREED
@KEYS
def test_nothing_is_left_of_what_is_given_up(
    tmp_path: Path, options: str, *, has_session: bool
) -> None:
    with device(tmp_path, options, has_session=has_session) as own:
        break_off(own)
        assert own.report().code == 1
        own.note_codename()
        found = " ".join(own.found())
        assert "random half of the key (raw)" in found, "the search would find what is there"
        assert "text" not in found
        assert own.again("--give-up").code == 0


@FREED
def test_nothing_is_left_of_what_was_resumed(tmp_path: Path, options: str) -> None:
    with device(tmp_path, options, has_session=False) as own:
        break_off(own)
        codename = own.report().codename
        own.note_codename()
        mend(own)
        assert own.again("--resume", codename=codename).code == 0
        own.note_envelopes()


@FREED
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_nothing_is_left_after_a_stop_and_giving_up(
    tmp_path: Path, options: str, stop: signal.Signals
) -> None:
    with device(tmp_path, options, has_session=False) as own:
        line = own._new()
        own.server.answer = slowly
        with own.source.started("report", *line, environment=own.environment) as process:
            while not own.server.puts:
                assert process.poll() is None
                time.sleep(0.02)
            process.send_signal(stop)
            _out, err = process.communicate(timeout=60)
        assert "Stopped by hand." in err
        own.note_codename()
        assert own.again("--give-up").code == 0


@KEYS
@pytest.mark.parametrize("where", ["", ON_DISK], ids=["cleaned in memory", "cleaned on the disk"])
def test_nothing_is_left_after_kills_at_any_moment_and_one_more_run(
    tmp_path: Path, where: str, *, has_session: bool
) -> None:
    """The one more run goes on where something waits, or gives it up."""
    seed = secrets.randbits(32)
    print("seed:", seed)
    moments = random.Random(seed)
    with device(tmp_path, "", has_session=has_session) as own:
        own.server.answer = slowly
        began = time.monotonic()
        assert own.report().code == 0
        seconds = time.monotonic() - began
        own.note_codename()
        for number in range(KILLS):
            own.killed(after=moments.uniform(0, seconds), prelude=where)
            codename = own.note_codename()
            waits = any(own.source.unsent())
            if codename is not None and waits and number % 2:
                done = own.again("--resume", codename=own.source.codename())
                assert done.code == 0 or "Nothing for this office waits" in done.err, done.err
            else:
                assert own.again("--give-up").code == 0
            assert set(own.names()) <= {"lock", "office.json"}
        own.note_envelopes()


def test_nothing_is_left_of_what_a_lost_session_has_closed(tmp_path: Path) -> None:
    with device(tmp_path, "", has_session=True) as own:
        break_off(own)
        codename = own.report().codename
        own.note_codename()
        for key in (own.disk / "XDG_RUNTIME_DIR").iterdir():
            # A real session's folder lies in memory, and leaves no block on a disk.
            wipe_file(key)
        mend(own)
        done = own.again("--resume", codename=codename)
        assert "Nobody can open it any more" in done.err

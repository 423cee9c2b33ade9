"""Keys replaced by the real commands, seen by a source who comes back with a codename."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.means.clock import clock_at
from tests.offices.desk import RECIPIENTS, ROOT_PASSPHRASE, Desk, passphrase_of, run_caseworker
from tests.offices.server_process import succeed
from tests.offices.source_client import Source, free_port, today

DAY = today()
NEW_ROOT_PASSPHRASE = "another root of the practice office"


@dataclass
class Thread:
    """An office on its first day, its server's port, and a source who has reported."""

    desk: Desk
    port: int
    source: Source
    codename: str

    def move(self, days: int) -> None:
        """Move everybody's clock to some days after the office began."""
        self.desk.clock = clock_at(DAY + days)

    def answer(self, recipient: str, text: str) -> None:
        """Let a recipient answer the report, and carry the answer to the server."""
        (case,) = self.desk.cases(recipient)
        self.desk.reply(recipient, case["case"], text)
        self.desk.deliver(recipient)

    def read(self) -> list[str]:
        """What the source reads with the codename."""
        with self.desk.serving("--listen", f"127.0.0.1:{self.port}"):
            done = self.source.run(
                "replies", "--json", codename=self.codename, environment=self.desk.clock
            )
        assert done.code == 0, done.err
        return sorted(reply["text"] for reply in json.loads(done.out)["replies"])

    def sign_anew(self, recipient: str, *arguments: object) -> Any:
        """Replace a recipient's signing key; returns what the command says."""
        out = self.desk.stick / "new-key"
        line = ["office", "new-signing-key", self.desk.vault(recipient), "--out", out, *arguments]
        ran = run_caseworker([*line, "--json"], [passphrase_of(recipient)], self.desk.clock)
        assert ran.code == 0, ran.err
        return json.loads(ran.out)

    def directory(self) -> dict[str, Any]:
        """What the server says of the directory in force."""
        found: dict[str, Any] = json.loads(self.desk_status())["directory"]
        return found

    def desk_status(self) -> str:
        """What `intake status --json` prints."""
        return succeed("status", "--data", self.desk.data, "--json", env=self.desk.clock)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Thread:
    """Both recipients have the report of a source, and the server knows it. It is copied."""
    folder, port = tmp_path_factory.mktemp("made") / "thread", free_port()
    folder.mkdir()
    address = f"http://127.0.0.1:{port}"
    desk = Desk.create(folder, [address], clock_at(DAY))
    source = Source(folder, address, None)
    text = source.file("text.txt", b"It happened.")
    line = ["--fingerprint", desk.fingerprint, "--text-file", text]
    with desk.serving("--listen", f"127.0.0.1:{port}"):
        done = source.run("report", *map(str, line), environment=desk.clock)
    assert done.code == 0, done.err
    for recipient in ("investigations", "oversight"):
        desk.fetch(recipient)
        desk.deliver(recipient)
    return Thread(desk, port, source, done.codename)


@pytest.fixture
def thread(made: Thread, tmp_path: Path) -> Thread:
    """A thread of one's own."""
    folder = tmp_path / "thread"
    shutil.copytree(made.source.folder, folder, symlinks=True)
    stick = folder / "another stick"
    stick.mkdir()
    digits, clock = made.desk.fingerprint, made.desk.clock
    desk = Desk(folder / "office", folder / "data", stick, digits, clock)
    return Thread(desk, made.port, Source(folder, made.source.server, None), made.codename)


@pytest.mark.long
def test_replies_by_a_replaced_key_are_read_beside_those_by_the_new_one(thread: Thread) -> None:
    """The old key vouches for the new one: its card travels as all cards do."""
    thread.answer("oversight", "signed by the first key")
    said = thread.sign_anew("oversight")
    assert [step["where"] for step in said["steps"]][:3] == [
        "the server",
        "the server",
        "the vault of investigations",
    ]
    assert "Set aside" not in thread.desk.take_to_server(Path(said["file"]))
    thread.desk.fetch("investigations")
    thread.desk.deliver("investigations")
    thread.desk.fetch("oversight")
    thread.answer("oversight", "signed by the second key")
    assert thread.read() == ["signed by the first key", "signed by the second key"]


@pytest.mark.long
def test_a_source_follows_a_new_root_and_reads_what_was_written_before(thread: Thread) -> None:
    thread.answer("investigations", "under the first root")
    assert thread.read() == ["under the first root"]
    old = thread.desk.office / "office-root.key"
    said = thread.desk.renew_office(
        "new-root", "--root", old, more=[ROOT_PASSPHRASE, NEW_ROOT_PASSPHRASE]
    )
    assert said["root"] == str(thread.desk.office / "office-root-2.key")
    (bundle,) = said["bundles"].values()
    thread.desk.take_to_server(Path(bundle))
    assert thread.directory()["delegation"] == 2
    thread.answer("investigations", "under the second root")
    assert thread.read() == ["under the first root", "under the second root"]


@pytest.mark.long
def test_a_new_root_that_was_moved_away_is_not_said_to_lie_where_it_was_made(
    thread: Thread,
) -> None:
    made = thread.desk.office / "office-root-2.key"
    line = ["office", "new-root", thread.desk.office, "--root"]
    line.append(thread.desk.office / "office-root.key")
    passphrases = [*map(passphrase_of, sorted(RECIPIENTS)), ROOT_PASSPHRASE, NEW_ROOT_PASSPHRASE]
    first = run_caseworker(line, passphrases, thread.desk.clock)
    assert f"The office has a new root key, in {made}" in first.out
    made.rename(thread.desk.stick / "a-safe-place.key")
    again = run_caseworker(line, passphrases, thread.desk.clock)
    assert again.code == 0, again.err
    assert (
        f"This was done before: the new root key was made then, and is not in {made}" in again.out
    )


@pytest.mark.long
def test_a_lost_key_is_replaced_on_the_word_of_a_person(thread: Thread) -> None:
    thread.answer("oversight", "signed by the key that is lost")
    said = thread.sign_anew("oversight", "--old-key-lost")
    take = ["office", "take-card", thread.desk.vault("investigations"), said["file"]]
    passphrases = [passphrase_of("investigations")]
    alone = run_caseworker(take, passphrases, thread.desk.clock)
    assert (alone.code, "a person has to compare" in alone.err) == (1, True)
    other = run_caseworker(
        [*take, "--fingerprint", thread.desk.fingerprint], passphrases, thread.desk.clock
    )
    assert (other.code, "another fingerprint" in other.err) == (1, True)
    taken = run_caseworker(
        [*take, "--fingerprint", said["fingerprint"]], passphrases, thread.desk.clock
    )
    assert taken.code == 0, taken.err
    assert "caseworker export" in taken.out
    thread.desk.deliver("investigations")
    thread.desk.fetch("oversight")
    thread.answer("oversight", "signed by the key that a person vouched for")
    assert thread.read() == [
        "signed by the key that a person vouched for",
        "signed by the key that is lost",
    ]


@pytest.mark.long
def test_an_office_that_slept_for_almost_a_year_wakes_up(thread: Thread) -> None:
    # No longer than a codename is answered to: later nobody looks for its chain.
    thread.move(360)
    said = thread.desk.renew_office("renew", more=[ROOT_PASSPHRASE])
    (bundle,) = said["bundles"].values()
    thread.desk.take_to_server(Path(bundle))
    status = json.loads(thread.desk_status())
    assert status["accepted"] == {"envelopes": "open", "chunks": "open"}
    thread.answer("investigations", "after a year")
    assert thread.read() == ["after a year"]


@pytest.mark.long
def test_machines_apart_are_told_step_by_step_how_to_wake_up(thread: Thread) -> None:
    """Each vault lies on a machine of its own; what the steps say is done, and no more."""
    thread.move(400)
    desk, apart = thread.desk, thread.desk.office.parent / "apart"
    (apart / "vaults").mkdir(parents=True)
    desk.vault("oversight").rename(apart / "vaults/oversight")
    renew = ["office", "renew", desk.office, "--json"]
    words = [passphrase_of("investigations"), ROOT_PASSPHRASE]
    refused = run_caseworker(renew, words, desk.clock)
    assert refused.code == 1
    assert "keys of the recipient oversight have run out" in refused.err
    cards = run_caseworker(
        ["office", "renew", apart, "--json"], [passphrase_of("oversight")], desk.clock
    )
    assert cards.code == 0, cards.err
    steps = json.loads(cards.out)["steps"]
    assert [(step["where"], step["type"].split(" --")[0].split(" VAULT")[0]) for step in steps] == [
        ("the server", "intake import"),
        ("the server", "intake export"),
        ("the vault of investigations", "caseworker import"),
        ("the vault of investigations", "caseworker office renew DIR"),
        ("the server", "intake import"),
        ("the server", "intake export"),
        ("the vault of oversight", "caseworker import"),
    ]
    desk.take_to_server(Path(steps[0]["bring"]))
    desk.fetch("investigations")
    renewed = run_caseworker(renew, words, desk.clock)
    assert renewed.code == 0, renewed.err
    steps = json.loads(renewed.out)["steps"]
    assert [step["where"] for step in steps] == [
        "the server",
        "the server",
        "the vault of oversight",
    ]
    desk.take_to_server(Path(steps[0]["bring"]))
    (apart / "vaults/oversight").rename(desk.vault("oversight"))
    desk.fetch("oversight")
    assert json.loads(thread.desk_status())["warnings"] == []
    said = [one["text"] for one in desk.caseworker("status", "oversight")["warnings"]]
    assert [text for text in said if "backup" not in text] == []


@pytest.mark.parametrize("days", [-2, 2])
def test_a_device_two_days_off_reports_on_the_day_an_office_is_created(
    thread: Thread, days: int
) -> None:
    assert report_off_by(thread, days).code == 0
    thread.desk.fetch("investigations")
    cases = thread.desk.cases("investigations")
    assert len(cases) == 2
    assert all(not case.get("flags") for case in cases)


@pytest.mark.parametrize("days", [-3, 3])
def test_a_device_three_days_off_is_told_of_the_clocks_and_sends_nothing(
    thread: Thread, days: int
) -> None:
    held = json.loads(thread.desk_status())["held"]
    done = report_off_by(thread, days)
    assert done.code == 1
    assert "One of them is wrong" in done.err
    assert json.loads(thread.desk_status())["held"] == held


def report_off_by(thread: Thread, days: int) -> Any:
    """Report from another device, whose clock is days off."""
    folder = thread.source.folder / "other device"
    folder.mkdir()
    other = Source(folder, thread.source.server, None)
    line = ["--fingerprint", thread.desk.fingerprint, "--text-file", other.file("t", b"It did.")]
    with thread.desk.serving("--listen", f"127.0.0.1:{thread.port}"):
        return other.run("report", *line, environment=clock_at(DAY + days))

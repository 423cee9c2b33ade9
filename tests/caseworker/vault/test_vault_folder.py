"""Vaults on disk: keys, lock, damage, secrets, the log."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from caseworker.log.case_events import Noted
from caseworker.log.chain import append_event, verify_log
from caseworker.log.texts import add_text
from caseworker.vault.database import open_database
from caseworker.vault.folder import open_vault, unlock
from caseworker.vault.key_slots import make_slots
from caseworker.vault.secrets_file import HeldSecret, read_secrets, write_secrets
from crypto.hpke import new_kem_secret_key
from crypto.names import Week
from ground.shell.passphrases import Passphrase
from ground.shell.refusals import Refusal
from tests.means.overwritten import is_overwritten
from tests.offices.vaults import DAY, Office, at, passphrase

KEY = bytes(range(32))


def held(*weeks: int) -> list[HeldSecret]:
    """Secrets of some weeks."""
    return [HeldSecret(Week(week), DAY, new_kem_secret_key()) for week in weeks]


def test_a_wrong_passphrase_opens_nothing(office: Office) -> None:
    with pytest.raises(Refusal, match="does not open this vault"):
        unlock(office.vault(), Passphrase(b"another passphrase"))


def test_a_slot_is_of_no_use_under_another_authors_name(office: Office) -> None:
    slots = office.vault() / "key-slots.json"
    slots.write_text(slots.read_text().replace("author-1", "author-2"))
    with pytest.raises(Refusal, match="does not open this vault"):
        unlock(office.vault(), passphrase("investigations"))


def test_a_header_that_asks_for_too_much_memory_is_not_believed(office: Office) -> None:
    slots = office.vault() / "key-slots.json"
    slots.write_text(slots.read_text().replace('"memory_kib":', '"memory_kib":9999999'))
    with pytest.raises(Refusal, match="damaged"):
        unlock(office.vault(), passphrase("investigations"))


def test_the_cost_of_a_passphrase_is_at_least_256_mib(tmp_path: Path) -> None:
    make_slots(tmp_path, passphrase("investigations"))
    header = json.loads((tmp_path / "key-slots.json").read_text())
    assert header["slots"][0]["argon2id"]["memory_kib"] >= 256 * 1024


def test_a_folder_that_is_no_vault_is_named(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="is not a vault"):
        unlock(tmp_path, passphrase("board"))


def test_two_commands_at_once_in_one_vault_are_refused(office: Office) -> None:
    with office.opened(), pytest.raises(Refusal, match="another command"), office.opened():
        pass


def test_the_lock_ends_with_its_process(office: Office) -> None:
    program = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom caseworker.vault.lock import locked"
        "\nwith locked(Path(sys.argv[1])): os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", program, office.vault()], cwd=Path.cwd())
    with office.opened() as vault:
        assert vault.recipient == "investigations"


def test_a_damaged_database_is_named_and_left_alone(office: Office) -> None:
    database = office.vault() / "cases.db"
    data = bytearray(database.read_bytes())
    data[:64] = bytes(64)
    database.write_bytes(data)
    with pytest.raises(Refusal, match="database is damaged"), office.opened():
        pass
    assert database.read_bytes() == data


def test_the_database_of_another_vault_does_not_open(office: Office) -> None:
    other = office.vault("board") / "cases.db"
    (office.vault() / "cases.db").write_bytes(other.read_bytes())
    with pytest.raises(Refusal, match="not the one of this vault"), office.opened():
        pass


def test_a_newer_programs_vault_is_refused(tmp_path: Path) -> None:
    database = open_database(tmp_path / "db", KEY)
    with database.transaction():
        database.run("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(Refusal, match="newer version"):
        open_database(tmp_path / "db", KEY)


def test_changes_outside_of_a_transaction_are_a_fault(tmp_path: Path) -> None:
    database = open_database(tmp_path / "db", KEY)
    with pytest.raises(RuntimeError):
        database.run("DELETE FROM events")


def test_a_transaction_that_fails_changes_nothing(tmp_path: Path) -> None:
    database = open_database(tmp_path / "db", KEY)
    with pytest.raises(KeyError), database.transaction():
        add_text(database, "forgotten")
        raise KeyError
    assert database.number("SELECT count(*) FROM texts") == 0


def test_secrets_come_back_as_they_were_kept(tmp_path: Path) -> None:
    secrets = held(1, 2, 2)
    write_secrets(tmp_path, KEY, secrets)
    assert read_secrets(tmp_path, KEY) == secrets


def test_secrets_that_were_replaced_are_overwritten(tmp_path: Path) -> None:
    write_secrets(tmp_path, KEY, held(1))
    with (tmp_path / "intake-secrets").open("rb") as old:
        before = old.read()
        write_secrets(tmp_path, KEY, held(2))
        old.seek(0)
        after = old.read()
    assert is_overwritten(before, after)
    assert [path.name for path in tmp_path.iterdir()] == ["intake-secrets"]


@pytest.mark.parametrize("moment", ["before the old one is set aside", "after"])
def test_writing_secrets_can_be_interrupted_anywhere(tmp_path: Path, moment: str) -> None:
    (old, new) = held(1), held(1, 2)
    write_secrets(tmp_path, KEY, old)
    current, other = tmp_path / "intake-secrets", tmp_path / "elsewhere"
    other.mkdir()
    write_secrets(other, KEY, new)
    replacement = (other / "intake-secrets").read_bytes()
    (tmp_path / "intake-secrets.new").write_bytes(replacement)
    if moment == "after":
        current.rename(tmp_path / "intake-secrets.retired")
    assert read_secrets(tmp_path, KEY) == (new if moment == "after" else old)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["elsewhere", "intake-secrets"]


def test_secrets_do_not_open_under_another_key(tmp_path: Path) -> None:
    write_secrets(tmp_path, KEY, held(1))
    with pytest.raises(Refusal, match="missing or damaged"):
        read_secrets(tmp_path, bytes(32))


def note(office: Office, text: str) -> None:
    """Put an event and a text into the log."""
    with office.opened() as vault, vault.db.transaction():
        append_event(vault, at(DAY), Noted(1, add_text(vault.db, text)))


def test_each_event_holds_the_hash_of_the_one_before(office: Office) -> None:
    note(office, "first")
    note(office, "second")
    with office.opened() as vault:
        count = verify_log(vault.db)
    assert count >= 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET content = CAST(replace(CAST(content AS TEXT), '12:', '13:') AS BLOB)"
        " WHERE number = 2",
        "UPDATE events SET hash = zeroblob(32) WHERE number = 2",
        "DELETE FROM events WHERE number = 2",
        "UPDATE events SET case_number = 7 WHERE number = 2",
        "UPDATE events SET kind = 'saved' WHERE number = 2",
        "UPDATE texts SET text = 'another'",
    ],
    ids=["content", "hash", "removed", "moved", "kind", "text"],
)
def test_whatever_is_altered_in_the_log_is_found(office: Office, statement: str) -> None:
    note(office, "first")
    with office.opened() as vault:
        verify_log(vault.db)
        with vault.db.transaction():
            assert vault.db.run(statement)
        with pytest.raises(Refusal, match="altered"):
            verify_log(vault.db)


def test_a_text_that_is_gone_does_not_break_the_log(office: Office) -> None:
    note(office, "to be forgotten")
    with office.opened() as vault:
        with vault.db.transaction():
            vault.db.run("DELETE FROM texts")
        verify_log(vault.db)


def test_a_vault_opens_with_the_key_that_its_passphrase_gives(office: Office) -> None:
    key = unlock(office.vault("board"), passphrase("board"))
    with open_vault(office.vault("board"), key) as vault:
        assert (vault.recipient, vault.author) == ("board", "author-1")

"""The server's key at the commands: asked about once, said where it is another, renewed by hand."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from caseworker.vault.key_slots import VaultKey
from caseworker.vault.servers import pinned_servers
from crypto.directory import server_fingerprint
from crypto.signing import SigningKey
from ground.shell.figures import size_text
from tests.caseworker.commands.test_caseworker_command import Done, run, vault_run
from tests.means.person_at_a_terminal import at_a_terminal, screen_lines
from tests.offices.vaults import PASSPHRASES, SERVER_KEY, Office, Server, Source, make_office

DIGITS = server_fingerprint(SERVER_KEY.public_key)


@pytest.fixture(scope="module")
def new_office(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, VaultKey]]:
    """An office that has met no server. It is copied, never used."""
    folder = tmp_path_factory.mktemp("new") / "office"
    return folder, make_office(folder)


@pytest.fixture
def young(new_office: tuple[Path, dict[str, VaultKey]], tmp_path: Path) -> Office:
    """An office of one's own that has met no server."""
    shutil.copytree(new_office[0], tmp_path / "young")
    return Office(tmp_path / "young", new_office[1])


@pytest.fixture
def first_server(young: Office, tmp_path: Path) -> Server:
    """A server that has taken its first bundle, and a report."""
    with young.opened() as vault:
        server = Server(vault.genesis_id, tmp_path)
    server.take(young.folder / "first.bundle")
    server.report(Source(server.genesis_id))
    return server


def pinned(office: Office) -> tuple[bytes, ...]:
    """The servers that the directory's vault believes."""
    with office.opened() as vault:
        return pinned_servers(vault.db)


def renew(office: Office, *arguments: object) -> Done:
    """Run `office renew` on the whole office."""
    words = [PASSPHRASES["board"], PASSPHRASES["investigations"]]
    return run("office", "renew", office.folder, *arguments, passphrases=words)


def test_a_first_server_without_a_person_is_refused_and_the_option_named(
    young: Office, first_server: Server
) -> None:
    done = vault_run(young, "import", *first_server.export())
    assert done.code == 1
    assert "a person has to compare the server's fingerprint" in done.err
    assert "--server DIGITS" in done.err
    assert pinned(young) == ()


def test_the_right_digits_of_a_script_pin_the_server_and_others_do_not(
    young: Office, first_server: Server
) -> None:
    (bundle,) = first_server.export()
    other = server_fingerprint(bytes(32))
    wrong = vault_run(young, "import", bundle, "--server", other)
    assert (wrong.code, pinned(young)) == (1, ())
    assert "signed by another server" in wrong.err
    assert DIGITS in wrong.err.replace("\n", " ")
    right = vault_run(young, "import", bundle, "--server", DIGITS)
    assert right.code == 0, right.err
    assert "The next export lists this server" in right.out
    assert pinned(young) == (SERVER_KEY.public_key,)


def test_what_is_no_fingerprint_is_a_usage_error(young: Office, first_server: Server) -> None:
    done = vault_run(young, "import", *first_server.export(), "--server", "12345")
    assert done.code == 2
    assert "no fingerprint of a server" in done.err


@pytest.mark.parametrize(("answer", "code"), [("yes", 0), ("", 1)])
def test_a_person_is_shown_the_digits_and_asked(
    young: Office, first_server: Server, tmp_path: Path, answer: str, code: int
) -> None:
    (bundle,) = first_server.export()
    line = ("-m", "caseworker.cli", "import", str(young.vault()), str(bundle))
    with at_a_terminal(tmp_path, *line) as someone:
        someone.types("Passphrase of the vault", PASSPHRASES["investigations"])
        someone.types("Are they the same, all of them?", answer)
        assert someone.ends() == code
    assert DIGITS.split()[0] in someone.seen
    assert DIGITS.split()[15] in someone.seen
    assert bool(pinned(young)) is not bool(code)
    assert ("read out to you by another way" in " ".join(someone.seen.split())) is bool(code)
    # What asks begins a line, and the size is that of the file.
    rows = screen_lines(someone.seen, 80)
    assert "The first bundle from a server. It was signed by the server" in rows
    assert f"Checking {bundle.name}: " in someone.seen
    assert f" of {size_text(bundle.stat().st_size)}" in someone.seen


def test_a_bundle_of_another_server_is_said_with_its_digits_and_what_stands(
    office: Office, server: Server
) -> None:
    vault_run(office, "import", *server.export())
    courier = replace(server, key=SigningKey(os.urandom(32)), number=2**50)
    done = vault_run(office, "import", *courier.export())
    assert done.code == 0, done.err
    text = " ".join(done.out.split())
    assert "WARNING: it was signed by a server that the directory does not list" in text
    assert server_fingerprint(courier.key.public_key) in text
    assert "caseworker office renew DIR --server DIGITS" in text
    assert "stands as in the bundle of" in text


def test_an_older_bundle_is_said_to_be_one(office: Office, server: Server) -> None:
    old, new = server.export(), server.export()
    vault_run(office, "import", *new)
    done = vault_run(office, "import", *old, "--json")
    (part,) = done.data["parts"].values()  # type: ignore[attr-defined]
    assert part["believed"] == "older"
    assert part["stands_by_export_of"] == "2026-11-26"


def test_the_status_names_the_server_and_the_day_by_which_it_stands(
    office: Office, server: Server
) -> None:
    vault_run(office, "import", *server.export())
    data = vault_run(office, "status", "--json").data
    assert data["servers"] == [DIGITS]
    assert data["stands_by_export_of"] == "2026-11-26"
    assert data["board_bytes"] == len(server.board) * 1024
    text = vault_run(office, "status").out
    assert "server's word  its bundle of" in text
    assert "the board" in text


def test_a_moved_server_is_named_and_the_old_one_dropped_by_a_renewal(
    office: Office, server: Server
) -> None:
    vault_run(office, "import", *server.export())
    moved = replace(server, key=SigningKey(os.urandom(32)), number=0)
    digits = server_fingerprint(moved.key.public_key)
    unknown = renew(office, "--server", digits)
    assert unknown.code == 1
    assert "no bundle by a server of this fingerprint" in unknown.err
    vault_run(office, "import", *moved.export())
    renewed = renew(office, "--server", digits, "--drop-server", DIGITS, "--json")
    assert renewed.code == 0, renewed.err
    assert renewed.data["directory"]["servers"] == [digits]  # type: ignore[index]
    done = vault_run(office, "import", *moved.export(), "--json")
    (part,) = done.data["parts"].values()  # type: ignore[attr-defined]
    assert part["believed"] == "all"

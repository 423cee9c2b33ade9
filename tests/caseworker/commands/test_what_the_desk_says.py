"""What the commands tell a caseworker who does what people do: forget, mistype, take a wrong file.

`caseworker` is run as a process, and its answers are read as a person reads them.
"""

from pathlib import Path

from tests.caseworker.commands.test_caseworker_command import vault_run
from tests.means.clock import clock_at
from tests.means.person_at_a_terminal import at_a_terminal
from tests.offices.vaults import DAY, PASSPHRASES, Office, Server, Source


def test_an_import_names_the_cases_whose_answer_is_on_the_board_since(
    reported: Office, server: Server
) -> None:
    out = server.folder / "out"
    vault_run(reported, "reply", 1, stdin="Where was it?\n")
    vault_run(reported, "export", "--out", out)
    before = vault_run(reported, "import", *server.export())
    assert "on the board" not in before.out
    server.take(out)
    told = vault_run(reported, "import", *server.export())
    assert "Of 1 case an answer is on the board now: 1." in told.out
    again = vault_run(reported, "import", *server.export(), "--json")
    assert again.data["on_board"] == []


def test_all_new_acknowledges_those_alone_that_a_list_calls_new(
    reported: Office, server: Server
) -> None:
    vault_run(reported, "reply", 1, stdin="Where was it?\n")
    server.report(Source(server.genesis_id), "Another matter.")
    vault_run(reported, "import", *server.export())
    released = vault_run(reported, "acknowledge", "--all-new", "--json").data["released"]
    assert released == [2]
    # Who names a case means it.
    assert vault_run(reported, "acknowledge", 1, "--json").data["released"] == [1]


def test_a_vaults_own_export_is_said_to_be_for_the_server(office: Office, server: Server) -> None:
    vault_run(office, "export", "--out", server.folder / "out.bundle")
    done = vault_run(office, "import", server.folder / "out.bundle")
    assert done.code == 1
    assert "out.bundle was not imported: it is a bundle of a vault, for the server" in done.err
    assert "copy it again" not in done.err
    assert "import here what intake export writes" in done.err


def test_the_status_of_a_vault_that_heard_no_server_says_so_in_words(office: Office) -> None:
    status = vault_run(office, "status").out
    assert "server's word  none yet" in status
    assert "the board      nothing on it, as far as is known here" in status
    assert "0 bytes" not in status


def test_a_reply_that_nobody_would_find_is_refused_before_it_is_typed(
    reported: Office, tmp_path: Path
) -> None:
    late = clock_at(DAY + 400)
    seen = {}
    for command, code in (("reply", 1), ("show", 0)):
        line = ("-m", "caseworker.cli", command, str(reported.vault()), "1")
        with at_a_terminal(tmp_path, *line, columns=80, **late) as someone:
            someone.types("Passphrase of the vault", PASSPHRASES["investigations"])
            assert someone.ends() == code, someone.seen
        seen[command] = " ".join(someone.seen.split())
    assert "nobody looks for an answer to case 1 any more" in seen["reply"]
    assert "Ctrl-D" not in seen["reply"]
    assert "Nobody looks for an answer to it any more" in seen["show"]

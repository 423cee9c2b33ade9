"""`--json`: the answer alone on stdout, all else that is said on stderr."""

import json

from tests.intake.conftest import Reachable
from tests.offices.source_client import Meeting, Source, office_server, today


def test_a_stored_report_as_data(meeting: Meeting) -> None:
    source, server, port = meeting
    with office_server(server, port):
        done = source.report("--json", "--leave-out", "board")
    assert done.code == 0, done.err
    assert json.loads(done.out) == {
        "stored": True,
        "kind": "report",
        "day": today(),
        "codename_works_until": today() + server.office.content.policy.codename_days,
        "recipients": ["main"],
    }
    assert "You write to: Office of Practice" in done.err
    assert "It cannot be read by: Board" in done.err


def test_a_follow_up_as_data_stands_beside_the_replies(meeting: Meeting) -> None:
    source, server, port = meeting
    with office_server(server, port):
        codename = source.report().codename
        more = source.file("more.txt", b"More.")
        done = source.replies(codename, "--json", "--follow-up-file", more, "--to", "main")
    assert done.code == 0, done.err
    read = json.loads(done.out)
    assert read["replies"] == []
    assert read["follow_up"]["kind"] == "follow-up"
    assert read["follow_up"]["recipients"] == ["main"]


def test_a_sealed_file_and_its_sending_as_data(source: Source, reachable: Reachable) -> None:
    path = source.folder / "report.fidelio"
    done = source.report("--json", "--to-file", path)
    assert done.code == 0, done.err
    sealed = json.loads(done.out)
    assert sealed["sealed_file"] == str(path)
    assert sealed["size"] == path.stat().st_size
    assert sealed["last_day"] >= today()
    assert not sealed["stored"]
    sent = source.run("send", path, "--json")
    assert sent.code == 0, sent.err
    assert json.loads(sent.out) == {"stored": True, "sealed_file": str(path), "chunks": 0}

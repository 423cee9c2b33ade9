"""A report, its reply and a follow-up by the real commands, through a proxy that alone knows where
the server is: on a Unix socket, so that there is no other way to it.
"""

import os
from pathlib import Path

import pytest

from tests.intake.source.reach.test_proxy import WATCH, connected, looked_up
from tests.means.socks_server import SocksServer, socks_server
from tests.offices.desk import Desk
from tests.offices.source_client import Source

ONION = "throughtheproxythroughtheproxythroughtheproxythrough234.onion"


@pytest.mark.long
def test_a_report_its_reply_and_a_follow_up_go_through_the_proxy(tmp_path: Path) -> None:
    desk = Desk.create(tmp_path, [f"http://{ONION}"])
    socket, photo = tmp_path / "http", os.urandom(700_000)
    with (
        desk.serving("--unix", str(socket)),
        socks_server(SocksServer({ONION: socket})) as proxy,
    ):
        source = Source(tmp_path, f"http://{ONION}", None)
        way = ("--proxy", f"socks5h://127.0.0.1:{proxy.port}")
        text, file = source.file("text.txt", b"They took it."), source.file("photo.jpg", photo)
        first = (*way, "--fingerprint", desk.fingerprint, "--text-file", text, "--file", file)
        sent = source.run("report", *first, prelude=WATCH)
        assert sent.code == 0, sent.err
        desk.fetch("investigations")
        (case,) = desk.cases("investigations")
        desk.reply("investigations", case["case"], "Who took it?")
        desk.deliver("investigations")
        more = source.file("more.txt", b"The mayor.")
        answered = source.run(
            "replies", *way, "--follow-up-file", more, codename=sent.codename, prelude=WATCH
        )
        assert answered.code == 0, answered.err
        assert "Who took it?" in answered.out
        desk.fetch("investigations")
    messages = desk.messages("investigations", case["case"])
    assert [message["text"] for message in messages] == ["They took it.", "The mayor."]
    desk.caseworker("save", "investigations", case["case"], "--to", tmp_path / "saved")
    assert (tmp_path / "saved/1-report/photo.jpg").read_bytes() == photo
    for done in (sent, answered):
        assert looked_up(done) == []
        assert connected(done) == {f"CONNECT ('127.0.0.1', {proxy.port})"}
    assert set(proxy.asked) == {ONION}

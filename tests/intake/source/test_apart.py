"""The client for sources works where nothing of the server is installed."""

from pathlib import Path

from tests.intake.conftest import Reachable
from tests.offices.source_client import Source, open_message

# Nothing of these is there for whoever installs the client alone.
WITHOUT_SERVER = """
import sys
MISSING = {"sqlite3", "_sqlite3", "sqlcipher3", "jinja2", "zopfli", "caseworker"}
OURS = ("intake.server", "intake.storage", "intake.exchange", "intake.site", "crypto.office")
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in MISSING or name.startswith(OURS):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Missing())
"""


def test_report_and_replies_need_nothing_of_the_server(
    source: Source, reachable: Reachable, tmp_path: Path
) -> None:
    text = source.file("text.txt", b"From a small installation.")
    photo = source.file("photo.jpg", b"x" * 300_000)
    done = source.run("report", "--text-file", text, "--file", photo, prelude=WITHOUT_SERVER)
    assert done.code == 0, done.err
    read = source.run("replies", codename=done.codename, prelude=WITHOUT_SERVER)
    assert read.code == 0, read.err
    messages = [
        open_message(reachable.office, envelope).payload.text
        for envelope in reachable.export(tmp_path).envelopes
    ]
    assert "From a small installation." in messages


def test_without_proxy_and_terminal_libraries_help_is_there(source: Source) -> None:
    prelude = WITHOUT_SERVER.replace("MISSING = {", 'MISSING = {"aiohttp", "aiohttp_socks", ')
    done = source.run("report", "--help", prelude=prelude)
    assert done.code == 0, done.err
    assert "--codename-fd" in done.out

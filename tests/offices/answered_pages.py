"""The office behind practice pages answers: what it fetches, and what it puts on the board.

(opened,) = fetched(pages, folder)
put_on_board(pages, folder, replies_to(pages.office, opened, "We have read it."))
"""

from collections.abc import Iterable
from pathlib import Path

from crypto.names import Day
from crypto.office.envelope import OpenedEnvelope
from tests.means.clock import clock_ahead
from tests.offices.practice_pages import PracticePages
from tests.offices.server_process import succeed
from tests.offices.signed_office import batch, read_export
from tests.offices.source_client import open_message, today

__all__ = ["fetched", "put_on_board"]


def fetched(pages: PracticePages, folder: Path, recipient_id: str = "main") -> list[OpenedEnvelope]:
    """What a recipient's vault can open of what is on the server."""
    out = folder / f"to-{recipient_id}-{len(list(folder.glob('to-*')))}.bundle"
    succeed("export", "--data", pages.server.data, "--recipient", recipient_id, "--out", out)
    envelopes = read_export(out.read_bytes()).envelopes
    return [open_message(pages.office, envelope, recipient_id) for envelope in envelopes]


def put_on_board(
    pages: PracticePages,
    folder: Path,
    records: Iterable[bytes],
    *,
    recipient_id: str = "main",
    number: int = 1,
    weeks_ago: int = 0,
) -> None:
    """Bring a batch with these records to the server, of a number, so many weeks ago."""
    bundle = folder / f"from-{recipient_id}-{number}.bundle"
    made = batch(number, records)
    bundle.write_bytes(pages.office.outbound(recipient_id, Day(today()), made, directory=False))
    clock = clock_ahead(-7 * weeks_ago) if weeks_ago else None
    succeed("import", "--data", pages.server.data, bundle, env=clock)

"""Which chunks are looked for, and what they turn out to be."""

import pytest

from caseworker.cases.conversation import MessageView, conversation
from caseworker.exchange.inbound import claims
from caseworker.vault.chunk_files import chunk_file_name
from caseworker.vault.chunks import unclaimed_count
from caseworker.vault.messages import payload_of
from crypto.chunks import FileKey, chunk_id, new_file_key
from crypto.names import ChunkId
from crypto.payload import Attachment, Fill
from crypto.sizes import CHUNK_SIZE, PIECE_SIZE
from tests.offices.vaults import Office, Sealed, Server, Source


def state_of_file(office: Office, case: int = 1) -> str:
    """Whether the file of a case's report is whole."""
    with office.opened() as vault:
        (entry,) = conversation(vault, case).entries
    assert isinstance(entry, MessageView)
    return entry.attachments[0].state


def test_announcing_many_chunks_costs_an_import_no_more_than_what_came(
    office: Office, server: Server, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message may announce 61,440 chunks for nothing, and send the first of them alone."""
    asked: list[int] = []

    def counted(key: FileKey, index: int) -> bytes:
        asked.append(index)
        return chunk_id(key, index)

    monkeypatch.setattr(claims, "chunk_id", counted)
    key = new_file_key()
    film = Attachment("film", 61_440 * PIECE_SIZE, "text/plain", key, 61_440, bytes(32))
    server.report(source, attachments=(film,))
    server.chunks[chunk_id(key, 0)] = bytes(CHUNK_SIZE)
    office.bring(*server.export())
    assert 0 < len(asked) <= 128
    asked.clear()
    office.bring(*server.export())
    assert not asked


@pytest.mark.parametrize(
    "order", [[0, 1, 2, 3, 4, 5, 6, 7], [7, 3, 1, 4, 2, 0, 6, 5], [2, 3, 1, 4, 5, 6, 0, 7]]
)
def test_a_file_is_whole_in_whatever_order_its_chunks_come(
    office: Office,
    server: Server,
    source: Source,
    monkeypatch: pytest.MonkeyPatch,
    order: list[int],
) -> None:
    """However few of its chunks are looked for at a time."""
    monkeypatch.setattr(claims, "PIECES_A_CHUNK", 1)
    data = bytes(range(256)) * (8 * PIECE_SIZE // 256)
    server.report(source, files=[("a", data)])
    chunks = list(server.chunks.items())
    for some in (order[:2], order[2:3], order[3:]):
        office.bring(*server.export(chunks=dict(chunks[index] for index in some)))
    assert state_of_file(office) == "whole"
    with office.opened() as vault:
        assert not unclaimed_count(vault.db)


@pytest.mark.parametrize("first", ["report", "fill"])
def test_a_file_of_zeros_that_somebody_announces_as_fill_stays_whole(
    office: Office, server: Server, source: Source, first: str
) -> None:
    """Whoever read its key may announce it before the report itself is brought, or later."""
    report = source.message(
        server.directory, server.public_keys, files=[("zeros", bytes(2 * PIECE_SIZE))]
    )
    key = key_of(office, server, report)
    other = Source(server.genesis_id).message(
        server.directory,
        server.public_keys,
        files=[(f"{number}.txt", b"x") for number in range(6)],
        fill=Fill(key, 2),
    )
    server.envelopes.clear()
    server.put(report, other)
    letters = [report.envelope, other.envelope]
    if first == "fill":
        letters.reverse()
    for letter in letters:
        office.bring(*server.export(envelopes=[letter]))
    assert state_of_file(office, 1 if first == "report" else 2) == "whole"


def key_of(office: Office, server: Server, report: Sealed) -> FileKey:
    """What a recipient of the report learns: here the other vault of the office."""
    server.put(report)
    office.bring(*server.export("board"), to="board")
    with office.opened("board") as vault:
        return payload_of(vault.db, 1).attachments[0].key


def test_chunks_whose_hashes_begin_alike_have_files_of_their_own() -> None:
    """Hashes of 64 bits in common are within reach of somebody who wants them."""
    one, other = bytes(32), bytes(31) + b"x"
    assert chunk_file_name(ChunkId(bytes(32)), one) != chunk_file_name(ChunkId(bytes(32)), other)

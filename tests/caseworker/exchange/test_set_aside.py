"""Envelopes that were set aside: tried again after an update, and which chunks they keep."""

import os
from collections.abc import Callable

import pytest

from caseworker.cases.conversation import MessageView, conversation
from caseworker.cases.folding import all_cases
from caseworker.exchange.inbound import envelopes
from caseworker.exchange.inbound import items as part
from caseworker.vault.chunks import unclaimed_count
from crypto.directory import current_key
from crypto.envelope import close_envelope, slot_info
from crypto.errors import Malformed
from crypto.hpke import hpke_seal
from crypto.office import envelope as crypto_envelope
from crypto.public_keys import recipient_bytes
from crypto.sizes import CHUNK_SIZE, ENVELOPE_SLOT_SIZE
from tests.offices.vaults import DAY, Office, Server, Source

Real = Callable[..., object]


def junk_envelope(server: Server, source: Source) -> bytes:
    """What anybody can make: an envelope that opens, and a payload that is none."""
    (to,) = [one for one in server.directory.recipients if one.id == "investigations"]
    key = current_key(to, DAY)
    content_key = os.urandom(32)
    slot = hpke_seal(
        server.public_keys[key.hash],
        info=slot_info(server.genesis_id, recipient_bytes(to.id)),
        plaintext=content_key + os.urandom(32) + source.keys.thread_id,
    )
    slots = slot + os.urandom(3 * ENVELOPE_SLOT_SIZE)
    return close_envelope(content_key=content_key, slots=slots, payload=b"{}", source=source.keys)


def loose_chunks(office: Office) -> int:
    """How many chunks are kept that no message has named."""
    with office.opened() as vault:
        return unclaimed_count(vault.db)


def pass_days(office: Office, server: Server, since: int, until: int) -> None:
    """Import something every month, as an office does."""
    for day in [*range(since + 30, until, 30), until]:
        office.bring(*server.export(day=day, envelopes=[], chunks={}), day=day)


def older_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this program be one that cannot read the messages of a newer client."""

    def refuse(*_: object) -> object:
        raise Malformed("a critical member that this version does not know")

    monkeypatch.setattr(envelopes, "open_body", refuse)
    monkeypatch.setattr(envelopes, "program_version", lambda: "older")


def test_a_report_that_an_older_version_could_not_read_is_whole_after_an_update(
    office: Office, server: Server, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A year less a day later, though no chunk of it had an owner in all that time."""
    older_program(monkeypatch)
    server.report(source, "From a newer page.", files=[("a", b"bytes")])
    office.bring(*server.export())
    pass_days(office, server, DAY, DAY + 364)
    monkeypatch.undo()
    counts = office.bring(
        *server.export(day=DAY + 365, envelopes=[], chunks={}), day=DAY + 365
    ).counts
    assert counts.read_after_all == 1
    with office.opened() as vault:
        (entry,) = conversation(vault, 1).entries
    assert isinstance(entry, MessageView)
    assert (entry.text, entry.attachments[0].state) == ("From a newer page.", "whole")


def test_what_was_set_aside_is_tried_once_a_version_and_known_junk_is_not_opened_again(
    office: Office, server: Server, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else every import would take longer by all the junk that ever came."""
    opened: list[str] = []
    for name in ("open_slot", "open_body"):
        real: Real = getattr(crypto_envelope, name)

        def counted(
            *arguments: object, name: str = name, real: Callable[..., object] = real
        ) -> object:
            opened.append(name)
            return real(*arguments)

        monkeypatch.setattr(envelopes, name, counted)
    server.envelopes += [junk_envelope(server, source), b"\x01" + os.urandom(32_767)]
    office.bring(*server.export())
    assert sorted(opened) == ["open_body", "open_slot", "open_slot"]
    opened.clear()
    assert office.bring(*server.export()).counts.duplicates == 2
    assert not opened
    monkeypatch.setattr(envelopes, "program_version", lambda: "newer")
    office.bring(*server.export(envelopes=[], chunks={}))
    assert opened == ["open_body"]


def test_a_hostile_envelope_keeps_chunks_near_it_for_a_year_and_not_for_ever(
    office: Office, server: Server, source: Source
) -> None:
    chunk = {os.urandom(32): os.urandom(CHUNK_SIZE)}
    office.bring(*server.export(envelopes=[junk_envelope(server, source)], chunks=chunk))
    pass_days(office, server, DAY, DAY + 365)
    assert loose_chunks(office) == 1
    pass_days(office, server, DAY + 365, DAY + 366)
    assert loose_chunks(office) == 0
    assert not list((office.vault() / "chunks").rglob("??/*"))


def test_a_hostile_envelope_keeps_no_chunk_that_came_long_after_it(
    office: Office, server: Server, source: Source
) -> None:
    office.bring(*server.export(envelopes=[junk_envelope(server, source)]))
    pass_days(office, server, DAY, DAY + 121)
    chunk = {os.urandom(32): os.urandom(CHUNK_SIZE)}
    office.bring(*server.export(envelopes=[], chunks=chunk, day=DAY + 121), day=DAY + 121)
    pass_days(office, server, DAY + 121, DAY + 121 + 120)
    assert loose_chunks(office) == 1
    pass_days(office, server, DAY + 241, DAY + 242)
    assert loose_chunks(office) == 0


def test_where_the_disk_has_no_room_for_files_junk_past_its_time_makes_room(
    office: Office, server: Server, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else one hostile envelope and a stream of junk would shut out all files for a year."""
    chunk = {os.urandom(32): os.urandom(CHUNK_SIZE)}
    office.bring(*server.export(envelopes=[junk_envelope(server, source)], chunks=chunk))
    pass_days(office, server, DAY, DAY + 121)
    assert loose_chunks(office) == 1
    server.report(source, files=[("a", b"bytes")], day=DAY + 121, key_day=DAY)
    (path,) = server.export(day=DAY + 121)
    monkeypatch.setattr(part, "FREE_SPACE_FLOOR", 1 << 62)
    assert office.bring(path, day=DAY + 121).counts.chunks_left == 1
    assert loose_chunks(office) == 0
    monkeypatch.undo()
    assert office.bring(path, day=DAY + 121).counts.chunks == 1


def test_a_clock_that_jumps_a_year_drops_no_chunk(
    office: Office, server: Server, source: Source
) -> None:
    """The parts of an export come on different days: the envelope may be in the next."""
    sealed = server.report(source, files=[("a", b"bytes")])
    office.bring(*server.export(envelopes=[]))
    office.bring(*server.export(envelopes=[], chunks={}), day=DAY + 365)
    assert loose_chunks(office) == 1
    office.bring(*server.export(envelopes=[sealed.envelope], chunks={}))
    assert loose_chunks(office) == 0
    with office.opened() as vault:
        assert len(all_cases(vault.db)) == 1

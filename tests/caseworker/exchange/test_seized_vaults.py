"""What a vault opens that others hold: one that was seized, one that was copied, a former holder's.

Whoever has a vault has its database decrypted, page by page. So every 32 bytes of it are tried as a
chain key, against every record that the board ever had.
"""

import hmac
import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from caseworker.cases.folding import all_cases
from caseworker.exchange.inbound import envelopes
from caseworker.office.new_signing_key import (
    read_carried_card,
    replace_signing_key,
    take_carried_card,
)
from caseworker.vault.arrivals import outcomes
from caseworker.vault.chains import chain_of_thread
from caseworker.vault.folder import Vault
from caseworker.work.replying import ReplyWriter
from crypto.chain_keys import next_chain_key, reply_tag
from crypto.directory import current_key
from crypto.envelope import (
    BODY_AT,
    SLOTS_AT,
    Message,
    SealTo,
    build_payload,
    close_envelope,
    new_message_id,
    slot_info,
)
from crypto.errors import Malformed, Unauthentic
from crypto.hpke import hpke_seal
from crypto.labels import Label, bound
from crypto.names import GenesisId, ThreadId
from crypto.office.envelope import IntakeSecret, OpenedEnvelope, open_body, open_envelope, open_slot
from crypto.payload import encode_payload
from crypto.public_keys import recipient_bytes
from crypto.sizes import ENVELOPE_SLOT_SIZE, REPLY_INDEXES, TAG_SIZE
from crypto.source_keys import pair_chain
from tests.means.vault_pages import decrypted_pages
from tests.offices.vaults import DAY, Office, Server, Source, at


def opened_by(
    pages: bytes, genesis_id: GenesisId, threads: Iterable[ThreadId], records: Iterable[bytes]
) -> set[bytes]:
    """Return the records whose tag some 32 bytes of these pages make, as the key of their index."""
    by_tag = {record[:TAG_SIZE]: record for record in records}
    label = bound(Label.TAG, genesis_id)
    messages = [label + thread for thread in threads]
    found = set()
    for start in range(len(pages) - 31):
        window = pages[start : start + 32]
        for message in messages:
            record = by_tag.get(hmac.digest(window, message, "sha256")[:TAG_SIZE])
            if record is not None:
                found.add(record)
    return found


def later_tags(vault: Vault, thread: ThreadId) -> set[bytes]:
    """Every tag that a vault can still make for a thread."""
    chain = chain_of_thread(vault.db, thread)
    assert chain is not None
    key, tags = chain.key, set()
    for _ in range(REPLY_INDEXES):
        tags.add(reply_tag(key, vault.genesis_id, thread))
        key = next_chain_key(key, vault.genesis_id)
    return tags


def answer(office: Office, server: Server, text: str, day: int = DAY, to: str = "board") -> None:
    """Answer case 1, and carry that to the board."""
    with office.opened(to) as vault:
        ReplyWriter(vault, at(day)).reply(1, text)
    path = server.folder / f"out-{to}-{len(server.board)}"
    office.carry(path, day, to)
    server.take(path, day // 7)


def said(server: Server, source: Source, day: int = DAY) -> set[str]:
    """What a source reads."""
    return {reply.text for reply in server.replies(source, day)}


def test_what_tries_every_window_finds_a_key_that_is_there(
    office: Office, server: Server, source: Source
) -> None:
    """Else the tests below would prove nothing."""
    server.report(source)
    office.bring(*server.export("board"), to="board")
    before = decrypted_pages(office.vault("board"), office.keys["board"])
    answer(office, server, "Where was it?")
    found = opened_by(before, server.genesis_id, [source.keys.thread_id], server.board)
    assert len(found) == 1


def test_a_vault_seized_after_an_answer_was_deleted_does_not_open_it(
    office: Office, server: Server, source: Source
) -> None:
    """Nor does its intake key, once that is destroyed, though somebody kept every envelope."""
    sealed = server.report(source)
    office.bring(*server.export("board"), to="board")
    answer(office, server, "Where was it?")
    answer(office, server, "And when?")
    with office.opened("board") as vault:
        with vault.db.transaction():
            vault.db.run("DELETE FROM texts")
        vault.replace_secrets([])
    seized = decrypted_pages(office.vault("board"), office.keys["board"])

    assert said(server, source) == {"Where was it?", "And when?"}
    assert not opened_by(seized, server.genesis_id, [source.keys.thread_id], server.board)
    with office.opened("board") as vault:
        tags = {record[:TAG_SIZE] for record in server.board}
        assert not tags & later_tags(vault, source.keys.thread_id)
        secrets = [IntakeSecret(one.week, one.key) for one in vault.secrets]
        with pytest.raises(Unauthentic):
            open_slot(sealed.envelope, server.genesis_id, "board", secrets)


def test_a_vault_copied_a_week_before_a_follow_up_opens_no_answer_to_it(
    office: Office, server: Server, source: Source, tmp_path: Path
) -> None:
    """The board is public; the follow-up's own envelope went to the office alone."""
    server.report(source)
    office.bring(*server.export("board"), to="board")
    shutil.copytree(office.vault("board"), tmp_path / "copy")
    server.report(source, "More.", kind="follow-up", day=DAY + 7)
    office.bring(*server.export("board", day=DAY + 7), day=DAY + 7, to="board")
    before = len(server.board)
    answer(office, server, "Thank you.", DAY + 7)

    records = server.board[before:]
    assert said(server, source, DAY + 7) == {"Thank you."}
    pages = decrypted_pages(tmp_path / "copy", office.keys["board"])
    assert not opened_by(pages, server.genesis_id, [source.keys.thread_id], records)
    shutil.rmtree(office.vault("board"))
    shutil.copytree(tmp_path / "copy", office.vault("board"))
    with office.opened("board") as copy:
        assert not {one[:TAG_SIZE] for one in records} & later_tags(copy, source.keys.thread_id)


def test_the_former_holder_of_an_id_opens_nothing_of_the_new_one(
    office: Office, server: Server, source: Source, tmp_path: Path
) -> None:
    """In one and the same week: what parts the two is the signing key alone."""
    server.report(source)
    office.bring(*server.export("board"), to="board")
    answer(office, server, "From the former one.")
    shutil.copytree(office.vault("board"), tmp_path / "former")
    with office.opened("board") as vault:
        vault.replace_secrets([])
        replace_signing_key(vault, at(DAY), old_key_lost=True)
    office.carry(tmp_path / "card", recipient="board")
    with office.opened() as vault:
        take_carried_card(vault, read_carried_card(vault, tmp_path / "card"), at(DAY))
    office.carry(tmp_path / "directory")
    server.take(tmp_path / "directory")
    sealed = server.report(source, "More.", kind="follow-up")
    office.bring(*server.export("board"), to="board")
    before = len(server.board)
    answer(office, server, "From the new one.")

    records = server.board[before:]
    assert said(server, source) == {"From the former one.", "From the new one."}
    pages = decrypted_pages(tmp_path / "former", office.keys["board"])
    assert not opened_by(pages, server.genesis_id, [source.keys.thread_id], records)
    shutil.rmtree(office.vault("board"))
    shutil.copytree(tmp_path / "former", office.vault("board"))
    with office.opened("board") as former:
        assert not {one[:TAG_SIZE] for one in records} & later_tags(former, source.keys.thread_id)
        secrets = [IntakeSecret(one.week, one.key) for one in former.secrets]
        with pytest.raises(Unauthentic):
            open_slot(sealed.envelope, server.genesis_id, "board", secrets)


@pytest.mark.parametrize("unread", ["altered", "of a newer client"])
@pytest.mark.parametrize("first", [True, False], ids=["before the message", "after its answer"])
def test_an_envelope_that_is_set_aside_keeps_no_key_of_an_answer(
    office: Office,
    server: Server,
    source: Source,
    monkeypatch: pytest.MonkeyPatch,
    unread: str,
    *,
    first: bool,
) -> None:
    """Whoever has an envelope's bytes may send a copy with one bit flipped."""
    good = server.report(source).envelope
    bad = good[:20_000] + bytes([good[20_000] ^ 1]) + good[20_001:]
    if unread == "of a newer client":
        bad = source.message(server.directory, server.public_keys, "Newer.").envelope

    def bring(*letters: bytes) -> None:
        office.bring(*server.export("board", envelopes=letters), to="board")

    def bring_bad() -> None:
        real = open_body

        def older(envelope: bytes, *rest: Any) -> OpenedEnvelope:
            if envelope == bad and unread == "of a newer client":
                raise Malformed("a critical member that this version does not know")
            return real(envelope, *rest)

        monkeypatch.setattr(envelopes, "open_body", older)
        bring(bad)
        monkeypatch.undo()

    if first:
        bring_bad()
    bring(good)
    answer(office, server, "Where was it?")
    answer(office, server, "And when?")
    if not first:
        bring_bad()

    thread = source.keys.thread_id
    (to,) = [one for one in server.directory.recipients if one.id == "board"]
    c_0 = pair_chain(source.keys, "board", to.signing_key, current_key(to, DAY).week)
    assert c_0.secret not in decrypted_pages(office.vault("board"), office.keys["board"])
    assert said(server, source) == {"Where was it?", "And when?"}
    if unread == "altered":
        return
    monkeypatch.setattr(envelopes, "program_version", lambda: "newer")
    bring()
    with office.opened("board") as vault:
        (case,) = all_cases(vault.db).values()
        assert len(case.received) == 2
        assert not {one[:TAG_SIZE] for one in server.board} & later_tags(vault, thread)
    answer(office, server, "Thank you.")
    assert "Thank you." in said(server, source)


def seal_to_board(server: Server) -> SealTo:
    """The board, as a message of this day is sealed to it."""
    (recipient,) = [one for one in server.directory.recipients if one.id == "board"]
    key = current_key(recipient, DAY)
    return SealTo(
        "board", server.public_keys[key.hash], key.week, signing_key=recipient.signing_key
    )


def payload_to_board(server: Server, source: Source, slot: int) -> bytes:
    """What a source says to the board alone, whose slot is one of four."""
    message = Message(
        kind="report",
        message_id=new_message_id(),
        day=DAY,
        language="en",
        client="practice 1",
        delegation=1,
        sequence=1,
        form=server.directory.form,
        text="Mine.",
    )
    return encode_payload(build_payload(message, source.keys, [seal_to_board(server)], [slot]))


def test_a_slot_copied_into_somebody_elses_message_is_set_aside_and_shows_no_answer(
    office: Office, server: Server, source: Source
) -> None:
    """Else a fellow recipient would tell by the tags how many answers a source gets.

    It can read the source's message, so it knows the content key, and seals a body of its own.
    """
    attacker = Source(server.genesis_id)
    victim = server.report(source).envelope
    with office.opened() as vault:
        secrets = [IntakeSecret(one.week, one.key) for one in vault.secrets]
        read = open_envelope(victim, server.genesis_id, "investigations", secrets)
    (slot,) = [one.slot for one in read.payload.recipients if one.id == "board"]
    forged = close_envelope(
        content_key=read.slot.content_key,
        slots=victim[SLOTS_AT:BODY_AT],
        payload=payload_to_board(server, attacker, slot),
        source=attacker.keys,
    )
    server.envelopes.append(forged)
    counts = office.bring(*server.export("board"), to="board").counts

    assert (counts.messages, counts.set_aside) == (1, 1)
    with office.opened("board") as vault:
        reasons = [why for (outcome, why) in outcomes(vault.db) if outcome == "set-aside"]
        assert reasons == ["Contradictory: a slot of another source's message"]
        assert len(all_cases(vault.db)) == 1
        assert chain_of_thread(vault.db, attacker.keys.thread_id) is None
    answer(office, server, "Where was it?")
    assert (said(server, source), said(server, attacker)) == ({"Where was it?"}, set())


def test_the_tags_of_two_threads_never_meet_though_both_hold_one_chain(
    office: Office, server: Server, source: Source
) -> None:
    """Somebody may put into a slot of their own what they know of another's chain."""
    server.report(source)
    office.bring(*server.export("board"), to="board")
    other, to = Source(server.genesis_id), seal_to_board(server)
    chain = pair_chain(source.keys, "board", to.signing_key, to.week)
    content_key = os.urandom(32)
    slot = hpke_seal(
        to.public_key,
        info=slot_info(server.genesis_id, recipient_bytes("board")),
        plaintext=content_key + chain.secret + other.keys.thread_id,
    )
    envelope = close_envelope(
        content_key=content_key,
        slots=slot + os.urandom(3 * ENVELOPE_SLOT_SIZE),
        payload=payload_to_board(server, other, 0),
        source=other.keys,
    )
    server.envelopes.append(envelope)
    assert office.bring(*server.export("board"), to="board").counts.messages == 1

    with office.opened("board") as vault:
        both = [chain_of_thread(vault.db, one.keys.thread_id) for one in (source, other)]
        assert [one and one.key for one in both] == [chain, chain]
        first, second = (later_tags(vault, one.keys.thread_id) for one in (source, other))
    assert len(first | second) == 2 * REPLY_INDEXES

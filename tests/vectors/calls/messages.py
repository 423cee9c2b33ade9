"""Calls of areas payload and envelope."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

from crypto.envelope import Message, envelope_address, split_text
from crypto.hpke import KemSecretKey
from crypto.names import GenesisId
from crypto.office.envelope import IntakeSecret, open_envelope
from crypto.payload import encode_payload, parse_payload

Members = dict[str, Any]

_FOLDER = Path(__file__).parents[1]


def _payload(vector: Members) -> bytes:
    return vector["text"].encode() if "text" in vector else bytes.fromhex(vector["hex"])


def _parse_payload(vector: Members) -> object:
    return encode_payload(parse_payload(_payload(vector))).decode()


def _split_text(vector: Members) -> object:
    payload = parse_payload(_payload(vector))
    message = Message(
        kind=payload.kind,
        message_id=payload.message_id,
        day=payload.day,
        language=payload.language,
        client=payload.client,
        delegation=payload.delegation,
        sequence=payload.sequence,
        form=payload.form,
        answers=payload.answers,
        attachments=payload.attachments,
    )
    recipients = [one.id for one in payload.recipients]
    kept, rest = split_text(message, recipients, vector["letter"] * vector["count"])
    return {"kept": len(kept), "rest": len(rest)}


def envelope_bytes(given: Members) -> bytes:
    """Return the envelope of a recipe."""
    if "base64" in given:
        return base64.b64decode(given["base64"])
    envelope = bytearray(
        envelope_bytes(json.loads((_FOLDER / given["base"]).read_bytes())["envelope"])
    )
    for offset, change in given.get("xor", []):
        envelope[offset] ^= int(change, 16)
    size = given.get("resize", len(envelope))
    return bytes(envelope[:size]).ljust(size, b"\0")


def _open_envelope(vector: Members) -> object:
    envelope = envelope_bytes(vector["envelope"])
    secrets = [
        IntakeSecret(one["week"], KemSecretKey(bytes.fromhex(one["seed"])))
        for one in vector["secrets"]
    ]
    genesis_id = bytes.fromhex(vector["genesis_id"])
    opened = open_envelope(envelope, GenesisId(genesis_id), vector["recipient_id"], secrets)
    assert opened.plaintext_hash == hashlib.sha256(opened.payload_bytes).digest()
    return {
        "address": envelope_address(envelope).hex(),
        "slot": opened.slot.slot,
        "week": opened.slot.week,
        "content_key": opened.slot.content_key.hex(),
        "commitment": opened.commitment.hex(),
        "slots_hash": opened.slots_hash.hex(),
        "signature": opened.signature.hex(),
        "plaintext_hash": opened.plaintext_hash.hex(),
        "chain": opened.slot.chain.secret.hex(),
        "thread_id": opened.thread_id.hex(),
        "within_key_dates": opened.within_key_dates,
        "payload": opened.payload_bytes.decode(),
    }


CALLS = {
    "parse_payload": _parse_payload,
    "split_text": _split_text,
    "open_envelope": _open_envelope,
}

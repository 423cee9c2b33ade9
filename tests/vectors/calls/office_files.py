"""Calls of areas card, batch, confirmation, taken and bundle."""

import base64
import hashlib
import io
from typing import Any

from crypto.bundle import BundleHeader, InboundHeader, OutboundHeader, read_bundle, verify_bundle
from crypto.card import SeenCard, check_card, read_card
from crypto.names import GenesisId
from crypto.statement_contents import parse_batch, parse_confirmation
from crypto.statements import (
    Statement,
    StatementKind,
    check_statement,
    check_taken_line,
    parse_statement,
    parse_taken_line,
)

Members = dict[str, Any]

HEADERS: dict[str, type[BundleHeader]] = {
    "inbound": InboundHeader,
    "outbound": OutboundHeader,
}


def shown_card(data: bytes, genesis_id: GenesisId) -> Members:
    """Return all that a card says, as vectors show it."""
    card = read_card(data, genesis_id)
    old = card.old_signing_key
    return {
        "recipient": card.recipient,
        "signing_key": card.signing_key.hex(),
        "number": card.number,
        "keys": [{"week": key.week, "hash": key.hash.hex()} for key in card.keys],
        "old_signing_key": None if old is None else old.hex(),
        "sha256": card.sha256.hex(),
    }


def shown_batch(statement: Statement) -> Members:
    """Return a batch; of each record, its SHA-256."""
    records = parse_batch(statement).records
    hashes = [hashlib.sha256(record).hexdigest() for record in records]
    return {"number": statement.number, "records": hashes}


def shown_confirmation(statement: Statement) -> Members:
    """Return a confirmation."""
    confirmation = parse_confirmation(statement)
    return {
        "number": statement.number,
        "envelopes": [address.hex() for address in confirmation.envelopes()],
        "chunks": [{"id": one.hex(), "hash": other.hex()} for one, other in confirmation.chunks()],
    }


def shown_taken_line(data: bytes) -> Members:
    """Return a taken line."""
    line = parse_taken_line(data)
    return {
        "code": line.kind.value,
        "recipient": line.recipient_id,
        "number": line.number,
        "count": line.count,
        "week": line.week,
        "content_hash": line.content_hash.hex(),
        "signing_key": line.signing_key.hex(),
        "signature": line.signature.hex(),
    }


def shown_bundle(vector: Members) -> Members:
    """Return a bundle's header, who signed it, and of each item type, size and SHA-256."""
    data = base64.b64decode(vector["bundle"])
    kind = HEADERS[vector["direction"]]
    office, recipient = vector["genesis_id"], vector["recipient"]
    context = (None if office is None else GenesisId(bytes.fromhex(office)), recipient)
    verified, server = verify_bundle(io.BytesIO(data).read, kind, *context)
    header, items = read_bundle(io.BytesIO(data).read, kind, *context)
    assert header == verified
    shown = {
        name: value.hex() if isinstance(value, bytes) else value
        for name, value in vars(header).items()
    }
    return {
        "header": shown,
        "server": server.hex(),
        "items": [
            {"type": item_type.value, "size": len(item), "sha256": hashlib.sha256(item).hexdigest()}
            for item_type, item in items
        ],
    }


def _read_card(vector: Members) -> object:
    return shown_card(bytes.fromhex(vector["card"]), GenesisId(bytes.fromhex(vector["genesis_id"])))


def _check_card(vector: Members) -> None:
    card = read_card(bytes.fromhex(vector["card"]), GenesisId(bytes.fromhex(vector["genesis_id"])))
    seen = vector["seen"] and SeenCard(
        signing_key=bytes.fromhex(vector["seen"]["signing_key"]),
        number=vector["seen"]["number"],
        sha256=bytes.fromhex(vector["seen"]["sha256"]),
    )
    check_card(card, vector["recipient"], bytes.fromhex(vector["signing_key"]), seen)


def _checked(kind: StatementKind, vector: Members) -> Statement:
    statement = parse_statement(kind, bytes.fromhex(vector["item"]))
    signing_key, genesis_id = (bytes.fromhex(vector[one]) for one in ("signing_key", "genesis_id"))
    check_statement(statement, vector["recipient"], signing_key, GenesisId(genesis_id))
    return statement


def _parse_taken_line(vector: Members) -> object:
    data = bytes.fromhex(vector["line"])
    signing_keys = [bytes.fromhex(key) for key in vector["signing_keys"]]
    check_taken_line(
        parse_taken_line(data), signing_keys, GenesisId(bytes.fromhex(vector["genesis_id"]))
    )
    return shown_taken_line(data)


CALLS = {
    "read_card": _read_card,
    "check_card": _check_card,
    "parse_batch": lambda vector: shown_batch(_checked(StatementKind.BATCH, vector)),
    "parse_confirmation": lambda vector: shown_confirmation(
        _checked(StatementKind.CONFIRMATION, vector)
    ),
    "parse_taken_line": _parse_taken_line,
    "read_bundle": shown_bundle,
}

"""Calls of area directory."""

from typing import Any

from crypto.directory import (
    Directory,
    Seen,
    check_address,
    check_current,
    check_not_older,
    current_key,
    fingerprint,
    name_in,
    read_directory,
    read_fingerprint,
)
from crypto.names import GenesisId

Members = dict[str, Any]


def shown_directory(directory: Directory) -> Members:
    """Return all that a directory says, as vectors show it."""
    delegation = directory.delegation
    return {
        "genesis_id": directory.genesis_id.hex(),
        "sequence": directory.sequence,
        "issued": directory.issued,
        "expires": directory.expires,
        "names": dict(directory.names),
        "addresses": list(directory.addresses),
        "recipients": [
            {
                "id": recipient.id,
                "titles": dict(recipient.titles),
                "signing_key": recipient.signing_key.hex(),
                "keys": [{"week": key.week, "hash": key.hash.hex()} for key in recipient.keys],
            }
            for recipient in directory.recipients
        ],
        "retired": [
            {"id": key.id, "signing_key": key.signing_key.hex(), "until": key.until}
            for key in directory.retired
        ],
        "directory_recipient": directory.directory_recipient,
        "servers": [key.hex() for key in directory.servers],
        "form": directory.form.hex(),
        "batch_size": directory.batch_size,
        "release": directory.release,
        "mirrors": list(directory.mirrors),
        "policy": dict(vars(directory.policy)),
        "contacts": list(directory.contacts),
        "delegation": {
            "number": delegation.number,
            "first": delegation.first,
            "end": delegation.end,
            "directory_key": delegation.directory_key.hex(),
        },
        "roots": [root.hex() for root in directory.roots],
        "sha256": directory.sha256.hex(),
    }


def shown_seen(seen: Seen) -> Members:
    """Return what a reader remembers, as vectors show it."""
    return {
        "delegation": seen.delegation,
        "sequence": seen.sequence,
        "sha256": seen.sha256.hex(),
        "roots": [root.hex() for root in seen.roots],
    }


def _read(vector: Members) -> Directory:
    return read_directory(
        bytes.fromhex(vector["document"]), GenesisId(bytes.fromhex(vector["genesis_id"]))
    )


def _read_directory(vector: Members) -> object:
    return shown_directory(_read(vector))


def _check_current(vector: Members) -> None:
    check_current(_read(vector), vector["day"])


def _check_address(vector: Members) -> None:
    check_address(_read(vector), vector["address"])


def _check_not_older(vector: Members) -> None:
    seen = Seen(
        delegation=vector["seen"]["delegation"],
        sequence=vector["seen"]["sequence"],
        sha256=bytes.fromhex(vector["seen"]["sha256"]),
        roots=tuple(map(bytes.fromhex, vector["seen"]["roots"])),
    )
    check_not_older(_read(vector), seen)


def _current_key(vector: Members) -> object:
    recipients = {recipient.id: recipient for recipient in _read(vector).recipients}
    key = current_key(recipients[vector["recipient"]], vector["day"])
    return {"week": key.week, "hash": key.hash.hex()}


def _name_in(vector: Members) -> object:
    return name_in(vector["names"], vector["language"])


def _fingerprint(vector: Members) -> object:
    return fingerprint(bytes.fromhex(vector["genesis_id"]))


def _read_fingerprint(vector: Members) -> object:
    return read_fingerprint(vector["text"]).hex()


CALLS = {
    "read_directory": _read_directory,
    "check_current": _check_current,
    "check_address": _check_address,
    "check_not_older": _check_not_older,
    "current_key": _current_key,
    "name_in": _name_in,
    "fingerprint": _fingerprint,
    "read_fingerprint": _read_fingerprint,
}

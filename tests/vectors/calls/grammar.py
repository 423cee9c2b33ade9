"""Calls of areas json and signature."""

from typing import Any

from crypto.labels import Label
from crypto.names import GenesisId
from crypto.signatures import check_signature
from crypto.strict_json import encode_json, parse_json

Members = dict[str, Any]


def _parse_json(vector: Members) -> object:
    data = bytes.fromhex(vector["hex"]) if "hex" in vector else vector["text"].encode()
    value = parse_json(data)
    assert encode_json(value) == data
    return value


def _check_signature(vector: Members) -> None:
    check_signature(
        bytes.fromhex(vector["public_key"]),
        signature=bytes.fromhex(vector["signature"]),
        label=Label[vector["label"]],
        genesis_id=GenesisId(bytes.fromhex(vector["genesis_id"])),
        message=bytes.fromhex(vector["message"]),
    )


CALLS = {"parse_json": _parse_json, "check_signature": _check_signature}

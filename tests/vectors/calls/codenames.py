"""Calls of areas key, codename and name."""

from functools import cache
from typing import Any

from crypto.codename import (
    Codename,
    ReadCodename,
    codename_words,
    contains_codename,
    contains_codename_in_any,
    read_codename,
    read_codename_in_any,
)
from crypto.names import GenesisId
from crypto.payload import check_file_name, safe_file_name
from crypto.public_keys import check_kem_public_key
from crypto.source_keys import SourceKeys, derive_source_keys, set_token
from crypto.word_lists import word_list

Members = dict[str, Any]


@cache
def source_of(bits: str, genesis_id: str) -> SourceKeys:
    """Return a source's keys; asked for often and slow to make."""
    return derive_source_keys(Codename(bytes.fromhex(bits)), GenesisId(bytes.fromhex(genesis_id)))


def _check_kem_public_key(vector: Members) -> None:
    check_kem_public_key(bytes.fromhex(vector["key"]))


def _codename_words(vector: Members) -> object:
    return codename_words(Codename(bytes.fromhex(vector["bits"])), word_list(vector["language"]))


def _read_codename(vector: Members) -> object:
    language = vector["language"]
    return _shown(read_codename(vector["text"], word_list(language), language))


def _read_codename_in_any(vector: Members) -> object:
    lists = {language: word_list(language) for language in vector["languages"]}
    return _shown(read_codename_in_any(vector["text"], lists))


def _shown(read: ReadCodename) -> Members:
    corrections = [
        {"position": one.position, "typed": one.typed, "word": one.word} for one in read.corrections
    ]
    return {"bits": read.codename.bits.hex(), "corrections": corrections}


def _contains_codename(vector: Members) -> object:
    return contains_codename(vector["text"], word_list(vector["language"]))


def _contains_codename_in_any(vector: Members) -> object:
    return contains_codename_in_any(vector["text"], map(word_list, vector["languages"]))


def _derive_source_keys(vector: Members) -> object:
    keys = source_of(vector["bits"], vector["genesis_id"])
    return {
        "signing_key": keys.signing.public_key.hex(),
        "set_key": keys.set_key.hex(),
        "thread_id": keys.thread_id.hex(),
    }


def _set_token(vector: Members) -> object:
    source = source_of(vector["bits"], vector["genesis_id"])
    return [set_token(source, ids).hex() for ids in vector["sets"]]


def _check_file_name(vector: Members) -> None:
    for name in vector["names"]:
        check_file_name(name)


def _safe_file_name(vector: Members) -> object:
    return [safe_file_name(name) for name in vector["names"]]


CALLS = {
    "check_kem_public_key": _check_kem_public_key,
    "codename_words": _codename_words,
    "read_codename": _read_codename,
    "read_codename_in_any": _read_codename_in_any,
    "contains_codename": _contains_codename,
    "contains_codename_in_any": _contains_codename_in_any,
    "derive_source_keys": _derive_source_keys,
    "set_token": _set_token,
    "check_file_name": _check_file_name,
    "safe_file_name": _safe_file_name,
}

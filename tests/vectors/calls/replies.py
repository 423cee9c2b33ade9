"""Calls of areas reply and board."""

import hashlib
from typing import Any

from crypto.chain_keys import ChainKey, next_chain_key, record_key, record_salt, reply_tag
from crypto.directory import read_directory
from crypto.names import GenesisId, ThreadId
from crypto.office.replies import seal_record
from crypto.replies import (
    encode_reply_message,
    follow_up_recipients,
    open_board,
    open_reply,
    parse_reply_message,
)
from crypto.source_keys import pair_chain
from crypto.volumes import Volume, check_volume, encode_volumes, parse_volumes, volume_of
from tests.vectors.calls.codenames import source_of

Members = dict[str, Any]


def _pair_chain(vector: Members) -> object:
    source = source_of(vector["bits"], vector["genesis_id"])
    signing_key = bytes.fromhex(vector["signing_key"])
    return [
        pair_chain(source, vector["recipient_id"], signing_key, week).secret.hex()
        for week in vector["weeks"]
    ]


def _next_chain_key(vector: Members) -> object:
    chain, genesis_id = _chain(vector), _genesis_id(vector)
    return [next_chain_key(chain, genesis_id, steps).secret.hex() for steps in vector["steps"]]


def _reply_tag(vector: Members) -> object:
    chain, genesis_id = _chain(vector), _genesis_id(vector)
    return [
        reply_tag(next_chain_key(chain, genesis_id, steps), genesis_id, _thread_id(vector)).hex()
        for steps in vector["steps"]
    ]


def _record_key(vector: Members) -> object:
    tag, salt = bytes.fromhex(vector["tag"]), bytes.fromhex(vector["salt"])
    chain, genesis_id = _chain(vector), _genesis_id(vector)
    return record_key(chain, genesis_id, _thread_id(vector), tag=tag, salt=salt).hex()


def _seal_record(vector: Members) -> object:
    padded, random = bytes.fromhex(vector["padded"]), bytes.fromhex(vector["random"])
    chain, genesis_id = _chain(vector), _genesis_id(vector)
    record = seal_record(chain, genesis_id, _thread_id(vector), padded, random=random)
    salt = record_salt(chain, genesis_id, random=random, padded=padded)
    assert record[16:32] == salt
    return record.hex()


def _open_reply(vector: Members) -> object:
    part = open_reply(
        bytes.fromhex(vector["record"]),
        _chain(vector),
        genesis_id=_genesis_id(vector),
        thread_id=_thread_id(vector),
        recipient_id=vector["recipient_id"],
        signing_keys=[bytes.fromhex(key) for key in vector["signing_keys"]],
    )
    return encode_reply_message(part).decode()


def _parse_reply_message(vector: Members) -> object:
    return encode_reply_message(parse_reply_message(vector["text"].encode())).decode()


def _open_board(vector: Members) -> object:
    source = source_of(vector["bits"], vector["genesis_id"])
    directory = read_directory(bytes.fromhex(vector["directory"]), source.genesis_id)
    volumes = map(bytes.fromhex, vector["volumes"])
    replies = open_board(volumes, source, directory, vector["day"])
    return {
        "replies": [
            {
                "recipient_id": reply.recipient_id,
                "reply_id": reply.reply_id.hex(),
                "kind": reply.kind,
                "day": reply.day,
                "text": reply.text,
                "missing_parts": list(reply.missing_parts),
                "recipients": list(reply.recipients),
                "set_token": reply.set_token.hex(),
                "came_twice": reply.came_twice,
            }
            for reply in replies
        ],
        "follow_up_recipients": follow_up_recipients(replies, source, directory),
    }


def _parse_volumes(vector: Members) -> object:
    volumes = parse_volumes(vector["text"].encode())
    return [_shown_volume(volume) for volume in volumes]


def _encode_volumes(vector: Members) -> object:
    return encode_volumes(map(_listed, vector["volumes"])).decode()


def _check_volume(vector: Members) -> None:
    check_volume(bytes.fromhex(vector["volume"]), _listed(vector["listed"]))


def _volume_of(vector: Members) -> object:
    volume = volume_of(bytes.fromhex(record) for record in vector["records"])
    return {"size": len(volume), "sha256": hashlib.sha256(volume).hexdigest()}


def _listed(members: Members) -> Volume:
    return Volume(members["week"], members["records"], bytes.fromhex(members["hash"]))


def _shown_volume(volume: Volume) -> Members:
    return {"week": volume.week, "records": volume.records, "hash": volume.hash.hex()}


def _chain(vector: Members) -> ChainKey:
    return ChainKey(bytes.fromhex(vector["chain"]))


def _genesis_id(vector: Members) -> GenesisId:
    return GenesisId(bytes.fromhex(vector["genesis_id"]))


def _thread_id(vector: Members) -> ThreadId:
    return ThreadId(bytes.fromhex(vector["thread_id"]))


CALLS = {
    "pair_chain": _pair_chain,
    "next_chain_key": _next_chain_key,
    "reply_tag": _reply_tag,
    "record_key": _record_key,
    "seal_record": _seal_record,
    "open_reply": _open_reply,
    "parse_reply_message": _parse_reply_message,
    "open_board": _open_board,
    "parse_volumes": _parse_volumes,
    "encode_volumes": _encode_volumes,
    "check_volume": _check_volume,
    "volume_of": _volume_of,
}

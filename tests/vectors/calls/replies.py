"""Calls of areas reply and board."""

from typing import Any

from crypto.directory import read_directory
from crypto.replies import (
    bucket,
    bucket_value,
    encode_reply_message,
    follow_up_recipients,
    open_board,
    open_reply,
    parse_reply_message,
    reply_tag,
)
from tests.vectors.calls.codenames import source_of

Members = dict[str, Any]


def _reply_tag(vector: Members) -> object:
    source = source_of(vector["bits"], vector["genesis_id"])
    return [
        reply_tag(source.thread_secret, source.genesis_id, vector["recipient_id"], index).hex()
        for index in vector["indexes"]
    ]


def _bucket(vector: Members) -> object:
    source = source_of(vector["bits"], vector["genesis_id"])
    own = bucket(source.thread_secret, source.genesis_id)
    values = [bucket_value(own, bits) for bits in vector["bits_asked"]]
    return {"bucket": own.hex(), "values": values}


def _open_reply(vector: Members) -> object:
    source = source_of(vector["bits"], vector["genesis_id"])
    keys = [bytes.fromhex(key) for key in vector["signing_keys"]]
    part = open_reply(bytes.fromhex(vector["record"]), source, vector["recipient_id"], keys)
    return encode_reply_message(part).decode()


def _parse_reply_message(vector: Members) -> object:
    return encode_reply_message(parse_reply_message(vector["text"].encode())).decode()


def _open_board(vector: Members) -> object:
    source = source_of(vector["bits"], vector["genesis_id"])
    directory = read_directory(bytes.fromhex(vector["directory"]), source.genesis_id)
    replies = open_board(bytes.fromhex(vector["board"]), source, directory)
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
            }
            for reply in replies
        ],
        "follow_up_recipients": follow_up_recipients(replies, source, directory),
    }


CALLS = {
    "reply_tag": _reply_tag,
    "bucket": _bucket,
    "open_reply": _open_reply,
    "parse_reply_message": _parse_reply_message,
    "open_board": _open_board,
}

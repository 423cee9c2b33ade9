"""The worked example of the specification, from the values of the vectors."""

import hashlib

from crypto.chunks import chunk_id, file_hash, piece_digest
from crypto.codename import codename_words
from crypto.labels import Label, bound
from crypto.replies import bucket, bucket_value, reply_tag
from crypto.source_keys import derive_master, set_token
from crypto.word_lists import word_list
from tests.vectors.areas.chunk import KEY
from tests.vectors.areas.envelope import BASE
from tests.vectors.people import CODENAME, GENESIS_ID, RECIPIENTS, ROOT, SOURCE

_BEGIN = "<!-- example:begin (written by tests/vectors/generate.py) -->\n"
_END = "<!-- example:end -->"


def with_example(specification: str) -> str:
    """Return the specification with the example between its markers."""
    before, _, rest = specification.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    if not before or not after:
        raise ValueError("the specification has lost the markers of its example")
    return before + _BEGIN + _example() + _END + after


def _example() -> str:
    return f"""
The vectors `codename/ok_keys.json` and `envelope/ok.json` hold these values whole.
Long ones are shown by their beginning and SHA-256.

**Office** (3).{_lines(_office())}
**Codename** (6).{_lines(_codename())}
**Keys** (6.2).{_lines(_keys())}
**Envelope** (7).{_lines(_envelope())}
The payload, its `reply_key` shortened here:

    {_payload()}

**A file of three bytes, `abc`** (8).{_lines(_file())}
**Replies** (9).{_lines(_replies())}
"""


def _office() -> dict[str, str]:
    return {
        "first root public key": ROOT.public_key.hex(),
        "genesis_id": GENESIS_ID.hex(),
        "bound(SLOT)": bound(Label.SLOT, GENESIS_ID).hex(),
    }


def _codename() -> dict[str, str]:
    english = codename_words(CODENAME, word_list("english"))
    russian = codename_words(CODENAME, word_list("russian"))
    return {
        "bits": CODENAME.bits.hex(),
        "check": f"{int(_joined(english), 2) & 0xFF:02x}",
        "eleven bits each": " ".join(_elevens(english)),
        "english": " ".join(english),
        "russian": " ".join(russian),
    }


def _elevens(words: list[str]) -> list[str]:
    return [f"{word_list('english').index(word):011b}" for word in words]


def _joined(words: list[str]) -> str:
    return "".join(_elevens(words))


def _keys() -> dict[str, str]:
    return {
        "master": derive_master(CODENAME, GENESIS_ID).hex(),
        "source signing key (public)": SOURCE.signing.public_key.hex(),
        "source reply key (public)": _shortened(SOURCE.reply.public_key),
        "thread secret": SOURCE.thread_secret.hex(),
        "set key": SOURCE.set_key.hex(),
        "thread id": SOURCE.thread_id.hex(),
        f"set token of {', '.join(RECIPIENTS)}": set_token(SOURCE, RECIPIENTS).hex(),
    }


def _envelope() -> dict[str, str]:
    return {
        "content key": BASE.content_key.hex(),
        "commitment": BASE.true_commitment.hex(),
        "slots": _shortened(BASE.slots),
        "payload": _shortened(BASE.payload),
        "signature": BASE.signature.hex(),
        "address": hashlib.sha256(BASE.sealed()).hexdigest(),
    }


def _payload() -> str:
    key = SOURCE.reply.public_key.hex()
    return BASE.payload.decode().replace(key, key[:16] + "…")


def _file() -> dict[str, str]:
    return {
        "file key": KEY.secret.hex(),
        "id of chunk 0": chunk_id(KEY, 0).hex(),
        "file hash": file_hash(3, [piece_digest(b"abc")]).hex(),
    }


def _replies() -> dict[str, str]:
    own = bucket(SOURCE.thread_secret, GENESIS_ID)
    tag = reply_tag(SOURCE.thread_secret, GENESIS_ID, RECIPIENTS[0], 0)
    return {
        f"tag of {RECIPIENTS[0]}, index 0": tag.hex(),
        "bucket": own.hex(),
        "its value at 7 bits": str(bucket_value(own, 7)),
    }


def _shortened(data: bytes) -> str:
    return f"{data[:8].hex()}… ({len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()})"


def _lines(values: dict[str, str]) -> str:
    width = max(map(len, values))
    lines = [f"    {name.ljust(width)}  {value}" for name, value in values.items()]
    return "\n\n" + "\n".join(lines) + "\n"

"""The worked example of the specification, from the values of the vectors."""

import hashlib

from crypto.chain_keys import record_key
from crypto.chunks import chunk_id, file_hash, piece_digest
from crypto.codename import codename_words
from crypto.labels import Label, bound
from crypto.source_keys import derive_master, set_token
from crypto.word_lists import word_list
from tests.vectors.areas.chunk import KEY
from tests.vectors.envelopes import BASE
from tests.vectors.people import (
    CODENAME,
    GENESIS_ID,
    RECIPIENTS,
    ROOT,
    SIGNING,
    SOURCE,
    WEEK,
    chain_at,
)
from tests.vectors.records import record

_BEGIN = "<!-- example:begin (written by tests/vectors/generate.py) -->\n"
_END = "<!-- example:end -->"
_FIRST = RECIPIENTS[0]


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
The payload:

    {BASE.payload.decode()}

**A file of three bytes, `abc`** (8).{_lines(_file())}
**Replies** (9): the record of the vector `reply/ok.json`.{_lines(_replies())}
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
        "set key": SOURCE.set_key.hex(),
        f"set token of {', '.join(RECIPIENTS)}": set_token(SOURCE, RECIPIENTS).hex(),
        f"signing key of {_FIRST}": SIGNING[_FIRST].public_key.hex(),
        f"c_0 of {_FIRST}, week {WEEK}": chain_at(0).secret.hex(),
        f"c_1 of {_FIRST}, week {WEEK}": chain_at(1).secret.hex(),
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


def _file() -> dict[str, str]:
    return {
        "file key": KEY.secret.hex(),
        "AEAD key": KEY.aead_key.hex(),
        "id key": KEY.id_key.hex(),
        "id of chunk 0": chunk_id(KEY, 0).hex(),
        "file hash": file_hash(3, [piece_digest(b"abc")]).hex(),
    }


def _replies() -> dict[str, str]:
    made = record()
    sealed = made.sealed()
    tag, salt = sealed[:16], sealed[16:32]
    key = record_key(made.chain, GENESIS_ID, SOURCE.thread_id, tag=tag, salt=salt)
    return {
        f"tag of {_FIRST}, index 0": tag.hex(),
        f"tag of {_FIRST}, index 1": record(index=1).tag.hex(),
        "random bytes": made.random.hex(),
        "padded": _shortened(made.padded),
        "salt": salt.hex(),
        "key": key.hex(),
        "record": _shortened(sealed),
    }


def _shortened(data: bytes) -> str:
    return f"{data[:8].hex()}… ({len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()})"


def _lines(values: dict[str, str]) -> str:
    width = max(map(len, values))
    lines = [f"    {name.ljust(width)}  {value}" for name, value in values.items()]
    return "\n\n" + "\n".join(lines) + "\n"

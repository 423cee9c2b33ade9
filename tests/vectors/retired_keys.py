"""A directory of the office of the vectors, with a retired key and a retired recipient."""

import hashlib

from crypto.days import later
from crypto.directory import Delegation
from crypto.directory_content import (
    DirectoryContent,
    ListedKey,
    Policy,
    Recipient,
    RetiredKey,
)
from crypto.form import form_hash
from crypto.names import KeyHash
from crypto.office.directory import listed_weeks, root_chain, sign_delegation, sign_directory
from crypto.signing import SigningKey
from tests.vectors.forms import FORM
from tests.vectors.people import DAY, GENESIS_ID, RECIPIENTS, RETIRED, ROOT, SERVER, SIGNING
from tests.vectors.vector import randomness

_DIRECTORY_KEY = SigningKey(randomness("directory key", 32))
CODENAME_DAYS = 30
# From this day on the board's retired key is not read any more; the ombudsman's is, for a day.
UNTIL = later(DAY, 20)
OMBUDSMAN = SigningKey(randomness("signing ombudsman", 32))


def _document() -> bytes:
    """Return a directory of two recipients, with a retired key and a retired id."""
    delegation = Delegation(3, later(DAY, -10), later(DAY, 80), _DIRECTORY_KEY.public_key)
    content = DirectoryContent(
        genesis_id=GENESIS_ID,
        sequence=41,
        issued=DAY,
        expires=later(DAY, 21),
        names={"en": "Office of the vectors"},
        addresses=("https://vectors.example",),
        recipients=tuple(map(_recipient, RECIPIENTS)),
        retired=(
            RetiredKey("board", RETIRED.public_key, UNTIL),
            RetiredKey("ombudsman", OMBUDSMAN.public_key, later(UNTIL, 1)),
        ),
        directory_recipient="investigations",
        servers=(SERVER.public_key,),
        form=form_hash(FORM),
        batch_size=64,
        release=0,
        mirrors=(),
        # Few weeks, so that a reader has few pair chains to try.
        policy=Policy(365, CODENAME_DAYS, 4096, 0, 0),
        contacts=(),
    )
    head = sign_delegation(root_chain(ROOT.public_key), ROOT, delegation)
    return sign_directory(head, _DIRECTORY_KEY, content)


def _recipient(recipient_id: str) -> Recipient:
    keys = tuple(
        ListedKey(week, KeyHash(hashlib.sha256(f"{recipient_id} {week}".encode()).digest()))
        for week in listed_weeks(DAY, later(DAY, 21))
    )
    return Recipient(recipient_id, {"en": recipient_id}, SIGNING[recipient_id].public_key, keys)


DOCUMENT = _document()

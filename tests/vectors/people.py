"""Who appears in the vectors: an office, its recipients, another office, and two sources."""

import hashlib

from crypto.chain_keys import ChainKey, next_chain_key
from crypto.codename import Codename
from crypto.days import first_day, later
from crypto.envelope import SealTo
from crypto.hpke import KemSecretKey
from crypto.names import GenesisId, Week
from crypto.office.envelope import IntakeSecret
from crypto.signing import SigningKey
from crypto.source_keys import SourceKeys, derive_source_keys, pair_chain
from tests.vectors.vector import randomness

ROOT = SigningKey(randomness("root of the office", 32))
GENESIS_ID = GenesisId(hashlib.sha256(ROOT.public_key).digest())
OTHER_GENESIS_ID = hashlib.sha256(randomness("root of another office", 32)).digest()

WEEK = Week(2970)
# In the second week of that key.
DAY = later(first_day(WEEK), 8)

RECIPIENTS = ("board", "investigations")
INTAKE = {
    one: IntakeSecret(WEEK, KemSecretKey(randomness(f"intake {one}", 32))) for one in RECIPIENTS
}
SIGNING = {one: SigningKey(randomness(f"signing {one}", 32)) for one in RECIPIENTS}
RETIRED = SigningKey(randomness("signing board, retired", 32))
SEAL_TO = tuple(
    SealTo(one, INTAKE[one].key.public_key, WEEK, signing_key=SIGNING[one].public_key)
    for one in RECIPIENTS
)
SERVER = SigningKey(randomness("signing server", 32))

CODENAME = Codename(randomness("codename", 10))
OTHER_CODENAME = Codename(randomness("another codename", 10))
SOURCE: SourceKeys = derive_source_keys(CODENAME, GENESIS_ID)
OTHER_SOURCE: SourceKeys = derive_source_keys(OTHER_CODENAME, GENESIS_ID)


def chain_at(
    index: int,
    recipient_id: str = "board",
    *,
    week: int = WEEK,
    signing_key: bytes | None = None,
    source: SourceKeys = SOURCE,
) -> ChainKey:
    """Return the chain key of an index of a pair chain, if not said otherwise the board's."""
    signer = SIGNING[recipient_id].public_key if signing_key is None else signing_key
    chain = pair_chain(source, recipient_id, signer, Week(week))
    return next_chain_key(chain, GENESIS_ID, index)


def secrets_of(*recipients: str) -> list[dict[str, object]]:
    """Return intake secrets as vectors give them."""
    return [{"week": INTAKE[one].week, "seed": INTAKE[one].key.seed.hex()} for one in recipients]

"""Making recipient cards: SPEC 12. Secret: it takes keys."""

from collections.abc import Sequence

from crypto.card import CARD_JSON_MAX_SIZE, read_card
from crypto.directory_content import ListedKey
from crypto.errors import TooLarge
from crypto.labels import Label
from crypto.names import GenesisId
from crypto.signing import SigningKey
from crypto.strict_json import encode_json

__all__ = ["sign_card"]


def sign_card(
    signing_key: SigningKey,
    genesis_id: GenesisId,
    recipient_id: str,
    number: int,
    keys: Sequence[ListedKey],
    old_signing_key: SigningKey | None = None,
) -> bytes:
    """Return the bytes of a card with the recipient's intake keys by week.

    `old_signing_key` is given where the card announces `signing_key` as the new one. Raises
    TooLarge, or what a reader would raise: nothing leaves that a reader would refuse.
    """
    members: dict[str, object] = {
        "genesis_id": genesis_id.hex(),
        "recipient": recipient_id,
        "signing_key": signing_key.public_key.hex(),
        "number": number,
        "keys": [{"week": key.week, "hash": key.hash.hex()} for key in keys],
    }
    signers = [signing_key]
    if old_signing_key is not None:
        members["old_signing_key"] = old_signing_key.public_key.hex()
        signers.append(old_signing_key)
    signed = encode_json(members)
    if len(signed) > CARD_JSON_MAX_SIZE:
        raise TooLarge("a card with too much in it")
    # SPEC 12: sign(signing key, CARD, card), and likewise by the old one
    signatures = [signer.sign(Label.CARD, genesis_id, signed) for signer in signers]
    card = len(signed).to_bytes(4, "big") + signed + bytes([len(signers)]) + b"".join(signatures)
    read_card(card, genesis_id)
    return card

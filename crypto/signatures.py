"""Checking signatures under the strict rule of SPEC 4.1."""

from nacl.bindings import crypto_core_ed25519_is_valid_point
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from crypto.errors import Unauthentic
from crypto.labels import Label, bound
from crypto.names import GenesisId
from crypto.sizes import SIGNATURE_SIZE

__all__ = ["check_signature", "signed_text"]

_POINT_SIZE = 32
# The order of the subgroup in which keys lie: RFC 8032, 5.1.
_ORDER = 2**252 + 27742317777372353535851937790883648493


def signed_text(label: Label, genesis_id: GenesisId, message: bytes) -> bytes:
    """Return the bytes that are really signed: SPEC 4.1, `bound(label) || message`."""
    return bound(label, genesis_id) + message


def check_signature(
    public_key: bytes, *, signature: bytes, label: Label, genesis_id: GenesisId, message: bytes
) -> None:
    """Return if `signature` (64 bytes) by `public_key` (32 bytes) over `message` is valid.

    Raises Unauthentic otherwise, also where libraries disagree about what is valid.
    """
    if len(public_key) != _POINT_SIZE or len(signature) != SIGNATURE_SIZE:
        raise Unauthentic("a key or signature of another size")
    # SPEC 4.1: canonical, in the prime-order subgroup, not of small order
    point, scalar = signature[:_POINT_SIZE], signature[_POINT_SIZE:]
    if not all(map(crypto_core_ed25519_is_valid_point, (public_key, point))):
        raise Unauthentic("a key or signature that the strict rule refuses")
    # SPEC 4.1: S < L
    if int.from_bytes(scalar, "little") >= _ORDER:
        raise Unauthentic("a key or signature that the strict rule refuses")
    try:
        VerifyKey(public_key).verify(signed_text(label, genesis_id, message), signature)
    except BadSignatureError:
        raise Unauthentic("a signature that does not verify") from None

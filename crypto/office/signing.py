"""Signing statements: SPEC 13. Secret: it takes keys."""

import hashlib

from crypto.names import GenesisId
from crypto.signing import SigningKey
from crypto.statement_contents import (
    Batch,
    Confirmation,
    encode_batch,
    encode_confirmation,
)
from crypto.statements import Statement, StatementKind, label_of, signed_statement

__all__ = ["sign_batch", "sign_confirmation", "sign_statement"]


def sign_batch(
    signing_key: SigningKey, genesis_id: GenesisId, recipient_id: str, number: int, batch: Batch
) -> Statement:
    """Return a batch, signed; Malformed where a reader would refuse it."""
    content, count = encode_batch(batch), len(batch.records)
    kind = StatementKind.BATCH
    return sign_statement(signing_key, genesis_id, recipient_id, kind, number, count, content)


def sign_confirmation(
    signing_key: SigningKey,
    genesis_id: GenesisId,
    recipient_id: str,
    number: int,
    confirmation: Confirmation,
) -> Statement:
    """Return a confirmation, signed; TooLarge where one statement cannot hold so much."""
    content, count = encode_confirmation(confirmation), confirmation.count
    kind = StatementKind.CONFIRMATION
    return sign_statement(signing_key, genesis_id, recipient_id, kind, number, count, content)


def sign_statement(
    signing_key: SigningKey,
    genesis_id: GenesisId,
    recipient_id: str,
    kind: StatementKind,
    number: int,
    count: int,
    content: bytes,
) -> Statement:
    """Return a statement with a content that was encoded before, under a number from one."""
    # SPEC 13: sign(recipient signing key, label, rid || number || count || SHA-256(content))
    message = signed_statement(recipient_id, number, count, hashlib.sha256(content).digest())
    signature = signing_key.sign(label_of(kind), genesis_id, message)
    return Statement(kind=kind, number=number, count=count, signature=signature, content=content)

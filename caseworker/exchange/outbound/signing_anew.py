"""After a vault's signing key was replaced: what the server has not taken yet is signed anew.

Number and content stay, so nothing counts twice, whichever of the two the server sees. The replies
inside were signed when they were sealed; the key that did it stays listed as a retired one.
"""

from caseworker.keys.signing import signing_key_in_force
from caseworker.vault.folder import Vault
from caseworker.vault.outgoing import outgoing_statement, replace_signature
from caseworker.vault.taken import to_repeat
from crypto.errors import Unauthentic
from crypto.office.signing import sign_statement
from crypto.signing import SigningKey
from crypto.statements import Statement, check_statement


def sign_anew(vault: Vault) -> None:
    """Sign, within a transaction, what would be carried under a key that is not in force."""
    signer = signing_key_in_force(vault)
    for row in to_repeat(vault):
        statement = outgoing_statement(vault.db, row)
        if not _is_signed_by(vault, statement, signer):
            signed = sign_statement(
                signer,
                vault.genesis_id,
                vault.recipient,
                row.kind,
                row.number,
                row.count,
                statement.content,
            )
            replace_signature(vault.db, row, signed.signature)


def _is_signed_by(vault: Vault, statement: Statement, signer: SigningKey) -> bool:
    try:
        check_statement(statement, vault.recipient, signer.public_key, vault.genesis_id)
    except Unauthentic:
        return False
    return True

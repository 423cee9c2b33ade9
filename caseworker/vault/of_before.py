"""What a vault holds that came before version 1 of the protocol: it can be read, and no more.

Nobody can answer those sources, whose keys were others, and no server takes anything of such a
vault. What they wrote stays readable: their payloads have members that are passed over now and
lack one, and their files were sealed under the file key itself.
"""

from dataclasses import replace

from caseworker.vault.database import Database
from caseworker.vault.whole_keys import WholeFileKey
from crypto.errors import Malformed
from crypto.payload import Payload, parse_payload
from crypto.strict_json import encode_json, parse_json
from ground.shell.refusals import Refusal

__all__ = ["is_of_before", "refuse_of_before", "stored_payload"]

_NO_FORM = bytes(32)


def is_of_before(db: Database) -> bool:
    """Tell whether a vault was made before version 1 of the protocol."""
    return bool(db.number("SELECT of_before FROM vault"))


def refuse_of_before(db: Database) -> None:
    """Raise Refusal where a vault can only be read."""
    if is_of_before(db):
        raise Refusal(
            "this vault is of the version before, whose sources and server nobody speaks to now",
            "its cases can be read and kept: list, show, save, backup; for new reports make a new "
            "office: caseworker office create",
        )


def stored_payload(data: bytes) -> Payload:
    """Return what a payload says that was checked when it came, by this version or the one before.

    Raises what `parse_payload` does.
    """
    try:
        return parse_payload(data)
    except Malformed:
        members = parse_json(data)
    if not isinstance(members, dict) or "form" in members:
        raise Malformed("a stored payload that was altered")
    payload = parse_payload(encode_json({**members, "form": _NO_FORM.hex()}))
    return replace(
        payload,
        attachments=tuple(
            replace(one, key=WholeFileKey(one.key.secret)) for one in payload.attachments
        ),
        rest=payload.rest and replace(payload.rest, key=WholeFileKey(payload.rest.key.secret)),
        fill=payload.fill and replace(payload.fill, key=WholeFileKey(payload.fill.key.secret)),
    )

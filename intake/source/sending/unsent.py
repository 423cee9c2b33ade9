"""What is saved of a message that is not stored yet, so that sending can go on after a kill.

It lies in a folder of `unsent_folders`: `message` holds what is to be sent with all keys drawn for
it, and the sealed envelope once there is one; `progress` how far it is. Both are encrypted under
the key of `unsent_keys`.
"""

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from crypto.aes import aes_open, aes_seal
from crypto.errors import ProtocolError, Unauthentic
from crypto.names import Day
from crypto.strict_json import Fields, encode_json, parse_json
from ground.disk.replaced_files import replace_file
from intake.source.message.plan import Plan
from intake.source.sending.unsent_format import (
    DatedEnvelope,
    plan_members,
    read_envelope,
    read_plan,
)
from intake.source.sending.unsent_keys import UnsentKey

__all__ = ["MESSAGE", "StoredCount", "Unsent"]

MESSAGE: Final = "message"
"""The file without which nothing waits."""

_PROGRESS: Final = "progress"
_NONCE_SIZE: Final = 12


@dataclass(frozen=True)
class StoredCount:
    """How many chunks from the beginning are stored, and the day on which the first of them was."""

    chunks: int
    since: Day


class Unsent:
    """What is saved of one message in its folder, under its key."""

    def __init__(self, folder: Path, key: UnsentKey) -> None:
        self.folder = folder
        self._key = key
        # Changes with each plan: progress of one says nothing of another.
        self._plan_number = 0

    def save(self, plan: Plan, sealed: DatedEnvelope | None) -> None:
        """Save a plan, durably, and its envelope. Nothing of it counts as stored yet."""
        self._plan_number += 1
        self._write(plan, sealed)

    def save_again(self, plan: Plan, sealed: DatedEnvelope | None) -> None:
        """Save an envelope, or where files lie, for the plan that is saved already, durably."""
        self._write(plan, sealed)

    def save_count(self, count: StoredCount) -> None:
        """Save how far it is. Losing this costs time alone."""
        data = encode_json(
            {"plan": self._plan_number, "stored": count.chunks, "since": count.since}
        )
        replace_file(self.folder / _PROGRESS, self._sealed(_PROGRESS, data))

    def load(self) -> tuple[Plan, DatedEnvelope | None]:
        """Return plan and envelope; Unauthentic where they are saved under other keys."""
        data = self._opened(MESSAGE, (self.folder / MESSAGE).read_bytes())
        fields = Fields(parse_json(data))
        self._plan_number = fields.integer("plan")
        return read_plan(fields), read_envelope(fields)

    def load_count(self) -> StoredCount | None:
        """Return how far it is, where that is known for the plan that is saved."""
        try:
            data = (self.folder / _PROGRESS).read_bytes()
            fields = Fields(parse_json(self._opened(_PROGRESS, data)))
            if fields.integer("plan") != self._plan_number:
                return None
            return StoredCount(fields.integer("stored"), Day(fields.integer("since")))
        except (FileNotFoundError, ProtocolError):
            return None

    def _write(self, plan: Plan, sealed: DatedEnvelope | None) -> None:
        data = encode_json({"plan": self._plan_number} | plan_members(plan, sealed))
        replace_file(self.folder / MESSAGE, self._sealed(MESSAGE, data))

    def _sealed(self, name: str, data: bytes) -> bytes:
        nonce = secrets.token_bytes(_NONCE_SIZE)
        return nonce + aes_seal(self._key.secret, nonce=nonce, aad=self._aad(name), plaintext=data)

    def _opened(self, name: str, data: bytes) -> bytes:
        if len(data) < _NONCE_SIZE:
            raise Unauthentic("too short to be what was saved")
        nonce, sealed = data[:_NONCE_SIZE], data[_NONCE_SIZE:]
        return aes_open(self._key.secret, nonce=nonce, aad=self._aad(name), sealed=sealed)

    def _aad(self, name: str) -> bytes:
        return f"{self.folder.name}/{name}".encode()

"""What an office says of itself in its directory, apart from keys, dates and numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from crypto.directory import Directory, ListedKey, Policy, Recipient
from crypto.directory_content import DirectoryContent, encode_directory, parse_directory
from crypto.names import Day, GenesisId, KeyHash, Week
from crypto.public_keys import recipient_bytes

# Each with its unit; crypto/SPEC.md 10.2 says what they are for.
POLICY = Policy(
    # Longer than the three months in which feedback is due, and as long again to come and look.
    reply_days=180,
    codename_days=365,
    # 2 GiB of files in one message take 8,193 chunks and fill; photos go beside them.
    max_chunks=9216,
    puzzle_envelope=0,
    puzzle_chunk=0,
)
BATCH_SIZE = 64


@dataclass(frozen=True)
class OfficeProfile:
    """Names by language, addresses, titles of recipients by id and language, other ways to report.

    The first recipient's vault holds the directory key.
    """

    names: Mapping[str, str]
    addresses: tuple[str, ...]
    titles: Mapping[str, Mapping[str, str]]
    directory_recipient: str
    contacts: tuple[str, ...]
    policy: Policy = POLICY
    batch_size: int = BATCH_SIZE


@dataclass(frozen=True)
class Puzzles:
    """Zero bits that the office asks for from now on, each None where it stays as it is."""

    envelope: int | None = None
    chunk: int | None = None

    def in_policy(self, policy: Policy) -> Policy:
        """Return a policy with these puzzles."""
        return replace(
            policy,
            puzzle_envelope=policy.puzzle_envelope if self.envelope is None else self.envelope,
            puzzle_chunk=policy.puzzle_chunk if self.chunk is None else self.chunk,
        )


NO_CHANGE = Puzzles()


def profile_of(directory: Directory) -> OfficeProfile:
    """Return what a directory says of its office."""
    return OfficeProfile(
        names=directory.names,
        addresses=directory.addresses,
        titles={recipient.id: recipient.titles for recipient in directory.recipients},
        directory_recipient=directory.directory_recipient,
        contacts=directory.contacts,
        policy=directory.policy,
        batch_size=directory.batch_size,
    )


def check_profile(profile: OfficeProfile) -> None:
    """Return if a directory can say this of an office; Malformed otherwise."""
    recipients = [
        Recipient(recipient, titles, bytes(32), (ListedKey(Week(0), KeyHash(bytes(32))),))
        for recipient, titles in profile.titles.items()
    ]
    content = DirectoryContent(
        genesis_id=GenesisId(bytes(32)),
        sequence=1,
        issued=Day(0),
        expires=Day(1),
        names=profile.names,
        addresses=profile.addresses,
        recipients=tuple(sorted(recipients, key=lambda one: recipient_bytes(one.id))),
        retired=(),
        directory_recipient=profile.directory_recipient,
        bucket_bits=0,
        batch_size=profile.batch_size,
        policy=profile.policy,
        contacts=profile.contacts,
    )
    parse_directory(encode_directory(content))

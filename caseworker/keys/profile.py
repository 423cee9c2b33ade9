"""What an office says of itself in its directory, apart from keys, dates and numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from crypto.directory import Directory, ListedKey, Policy, Recipient
from crypto.directory_content import DirectoryContent, encode_directory, parse_directory
from crypto.form import first_form, form_hash
from crypto.names import Day, FormHash, GenesisId, KeyHash, Week
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
BATCH_SIZE = 32
# SPEC 10.2: batches leave at every export
EVERY_EXPORT = 0


@dataclass(frozen=True)
class OfficeProfile:
    """Names by language, addresses, titles of recipients by id and language, other ways to report.

    The first recipient's vault holds the directory key. `form` is the SHA-256 (32 bytes) of what
    sources are asked; `batch_size`, `release` and `mirrors` are those of SPEC 10.2.
    """

    names: Mapping[str, str]
    addresses: tuple[str, ...]
    titles: Mapping[str, Mapping[str, str]]
    directory_recipient: str
    contacts: tuple[str, ...]
    policy: Policy = POLICY
    form: FormHash = field(default_factory=lambda: form_hash(first_form()))
    batch_size: int = BATCH_SIZE
    release: int = EVERY_EXPORT
    mirrors: tuple[str, ...] = ()


@dataclass(frozen=True)
class ProfileChanges:
    """What an office says otherwise from now on, each None where it stays as it is.

    Puzzles are zero bits; `form` is the file itself, which was checked.
    """

    puzzle_envelope: int | None = None
    puzzle_chunk: int | None = None
    form: bytes | None = None
    batch_size: int | None = None
    release: int | None = None
    mirrors: tuple[str, ...] | None = None

    def applied_to(self, profile: OfficeProfile) -> OfficeProfile:
        """Return a profile with these changes."""
        policy = {
            name: value
            for name in ("puzzle_envelope", "puzzle_chunk")
            if (value := getattr(self, name)) is not None
        }
        changes = {
            name: value
            for name in ("batch_size", "release", "mirrors")
            if (value := getattr(self, name)) is not None
        }
        if self.form is not None:
            changes["form"] = form_hash(self.form)
        return replace(profile, policy=replace(profile.policy, **policy), **changes)


NO_CHANGE = ProfileChanges()


def profile_of(directory: Directory) -> OfficeProfile:
    """Return what a directory says of its office."""
    return OfficeProfile(
        names=directory.names,
        addresses=directory.addresses,
        titles={recipient.id: recipient.titles for recipient in directory.recipients},
        directory_recipient=directory.directory_recipient,
        contacts=directory.contacts,
        policy=directory.policy,
        form=directory.form,
        batch_size=directory.batch_size,
        release=directory.release,
        mirrors=directory.mirrors,
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
        servers=(),
        form=profile.form,
        batch_size=profile.batch_size,
        release=profile.release,
        mirrors=profile.mirrors,
        policy=profile.policy,
        contacts=profile.contacts,
    )
    parse_directory(encode_directory(content))

"""The office as this client finds it: everything checked before the person types a word."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from crypto.contacts import contacts_in
from crypto.days import week_of
from crypto.directory import (
    Directory,
    check_address,
    check_current,
    current_key,
    digit_lines,
    fingerprint,
    name_in,
    read_directory,
    signing_keys_of,
)
from crypto.envelope import SealTo
from crypto.errors import Contradictory, Foreign, Outdated, ProtocolError
from crypto.form import Form, read_form
from crypto.lifetimes import CLOCK_GRACE_DAYS
from crypto.names import Day, GenesisId, KeyHash, Week
from crypto.public_keys import check_kem_public_key, key_hash
from ground.languages import LANGUAGES, spoken
from ground.languages import gettext as _
from ground.shell.figures import long_date_text
from ground.shell.foreign import ForeignText
from ground.shell.layout import fitted, lines
from ground.shell.refusals import Refusal
from intake.clock import today
from intake.source.reach.api import Api, ServerError, Status
from intake.source.reach.pinned import StateFolder

__all__ = [
    "Office",
    "check_seen",
    "closed_reason",
    "fresh_office",
    "genuine",
    "open_office",
    "other_ways",
    "reopened",
]

_VERSION_SIZE: Final = 1
_ROOT_SIZE: Final = 32


@dataclass(frozen=True)
class Office:
    """An office that can be written to: all checks hold. `keys` are intake keys by recipient id."""

    origin: str
    genesis_id: GenesisId
    directory: Directory
    form: Form
    status: Status
    week: Week
    keys: Mapping[str, bytes]

    def name(self, language: str) -> ForeignText:
        """Return what the office calls itself."""
        return ForeignText(name_in(self.directory.names, language))

    def titles(self, language: str) -> dict[str, ForeignText]:
        """Return what the active recipients are called, by their ids."""
        return {
            recipient.id: ForeignText(name_in(recipient.titles, language))
            for recipient in self.directory.recipients
        }

    def seal_to(self, recipient_id: str) -> SealTo:
        """Return what a message is sealed to so that an active recipient can read it."""
        signing_key = signing_keys_of(self.directory, recipient_id)[0]
        return SealTo(recipient_id, self.keys[recipient_id], self.week, signing_key=signing_key)

    @property
    def fingerprint(self) -> str:
        """The office's fingerprint, four groups a line."""
        return "\n".join(digit_lines(fingerprint(self.genesis_id)))


async def open_office(
    api: Api, origin: str, genesis_id: GenesisId | None, state: StateFolder
) -> Office:
    """Return an office for a person who begins: `load_office`, and Refusal where nobody answers."""
    try:
        return await load_office(api, origin, genesis_id, state)
    except ServerError as error:
        raise _unreachable(error) from None


async def load_office(
    api: Api, origin: str, genesis_id: GenesisId | None, state: StateFolder
) -> Office:
    """Load an office and check all that can be checked; Refusal, in words, where it does not hold.

    Where no `genesis_id` is known, that of the document is taken: the caller has a person compare
    it before anything else happens. Raises ServerError where the server is away.
    """
    # SPEC 11.5: one after another, so that every visit looks alike
    document = await api.directory()
    directory = genuine(document, genesis_id)
    status = await api.status()
    day = today()
    check_seen(directory, state)
    _check(directory, origin, status, day)
    form = await _form(api, directory)
    keys = [await _key(api, current_key(one, day).hash, directory) for one in directory.recipients]
    ids = [recipient.id for recipient in directory.recipients]
    return Office(
        origin=origin,
        genesis_id=directory.genesis_id,
        directory=directory,
        form=form,
        status=status,
        week=week_of(day),
        keys=dict(zip(ids, keys, strict=True)),
    )


async def fresh_office(api: Api, office: Office, state: StateFolder) -> Office:
    """Return an office with the keys of today: the same one, or it loaded again.

    Raises Refusal, and ServerError where the server is only away.
    """
    day, directory = today(), office.directory
    in_force = day < min(directory.expires, directory.delegation.end)
    if week_of(day) == office.week and in_force:
        return office
    return await reopened(api, office, state)


async def reopened(api: Api, office: Office, state: StateFolder) -> Office:
    """Return the same office, loaded again; raises as `fresh_office` does."""
    newer = await load_office(api, office.origin, office.genesis_id, state)
    state.remember(office.origin, newer.directory)
    return newer


def closed_reason(code: str) -> str:
    """Return in words why a server takes something in no more."""
    reasons = {
        "no-directory": _("the office has not been set up on it yet"),
        "directory-expired": _("the office has not renewed its keys"),
        "full": _("it is full"),
        "day-budget": _("it has taken in all that it can today"),
        "disk": _("its disk is full"),
        "not-fetched": _("the office has not fetched what came before"),
    }
    return reasons.get(code, _("it does not say why"))


def other_ways(directory: Directory) -> str:
    """Return the other ways to report that the office names, as a hint."""
    if not directory.contacts:
        return _("The office names no other way to report.")
    codes = [language.code for language in LANGUAGES]
    named = contacts_in(directory.contacts, spoken().code, codes)
    contacts = (fitted(f"  {ForeignText(contact)}") for contact in named)
    return lines(_("Other ways to report:"), *(line for contact in contacts for line in contact))


def _unreachable(error: ServerError) -> Refusal:
    if error.code == "proxy":
        return Refusal(
            _("The proxy does not answer. Nothing was sent."),
            _("Is Tor running? Its own port is 9050, that of Tor Browser 9150."),
        )
    if error.passes:
        return Refusal(
            _("The server does not answer. Nothing was sent."),
            _("Compare its address letter by letter, or try again later."),
        )
    return Refusal(
        _("There is no office at this address."),
        _("Compare the address letter by letter."),
    )


def genuine(document: bytes, genesis_id: GenesisId | None) -> Directory:
    """Return the directory of a document, of the office that it names itself where none is known.

    Refusal where it is not genuine.
    """
    if genesis_id is None:
        # SPEC 3 and 10.1: what the document itself begins with
        root = document[_VERSION_SIZE : _VERSION_SIZE + _ROOT_SIZE]
        genesis_id = GenesisId(hashlib.sha256(root).digest())
    try:
        return read_directory(document, genesis_id)
    except Foreign:
        raise Refusal(
            _("This is another office than the one of your fingerprint. Nothing was sent."),
            _("Compare address and fingerprint with what the office has printed."),
        ) from None
    except ProtocolError:
        raise Refusal(
            _("What the server says of the office is not genuine. Nothing was sent."),
            _("Do not trust this server. Ask the office in another way."),
        ) from None


def check_seen(directory: Directory, state: StateFolder) -> None:
    """Return if a directory does not go back behind what this device has seen, else Refusal."""
    try:
        state.check(directory)
    except Contradictory:
        message = _("The office's directory contradicts an earlier one. Nothing was sent.")
    except Outdated:
        message = _("The server shows an older directory than this device has seen before.")
    else:
        return
    raise Refusal(message, other_ways(directory))


def _check(directory: Directory, origin: str, status: Status, day: Day) -> None:
    hint = other_ways(directory)
    try:
        check_address(directory, origin)
        early = day < directory.issued - CLOCK_GRACE_DAYS
        if abs(day - status.day) > CLOCK_GRACE_DAYS or early:
            raise _wrong_clock(day, max(status.day, directory.issued) if early else status.day)
        check_current(directory, day)
    except Foreign:
        message = _("This address is not one of the office's. Nothing was sent.")
        known = (f"  {ForeignText(address)}" for address in directory.addresses)
        hint = lines(_("The office's own addresses:"), *known)
    except Outdated:
        message = _(
            "The office's directory has run out: it held until {day}. Nothing was sent."
        ).format(day=long_date_text(min(directory.expires, directory.delegation.end) - 1))
    else:
        return
    raise Refusal(message, hint)


def _wrong_clock(day: Day, other_day: Day) -> Refusal:
    return Refusal(
        _(
            "This device's clock says {day}, the server's {other}. One of them is wrong."
            " Nothing was sent."
        ).format(day=long_date_text(day), other=long_date_text(other_day)),
        _("Set this device's date, then repeat this."),
    )


async def _form(api: Api, directory: Directory) -> Form:
    try:
        return read_form(await api.form(directory.form), directory.form)
    except ProtocolError:
        raise Refusal(
            _("The server gave questions that are not the office's. Nothing was sent."),
            other_ways(directory),
        ) from None


async def _key(api: Api, wanted: KeyHash, directory: Directory) -> bytes:
    key = await api.key(wanted)
    try:
        check_kem_public_key(key)
    except ProtocolError:
        key = b""
    if key_hash(key) != wanted:
        raise Refusal(
            _("The server gave a key that is not the office's. Nothing was sent."),
            other_ways(directory),
        )
    return key

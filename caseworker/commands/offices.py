"""office create: an office begins."""

import argparse
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from caseworker.commands.office_choices import (
    Traffic,
    add_choices,
    add_traffic,
    batch_size_for,
    read_form_file,
    traffic_of,
    visit_line,
)
from caseworker.commands.opening import naming_files, now
from caseworker.keys.profile import BATCH_SIZE, EVERY_EXPORT, OfficeProfile, check_profile
from caseworker.office.ceremony import (
    FIRST_BUNDLE,
    SHEET_FILE,
    VAULTS_FOLDER,
    Ceremony,
    create_office,
)
from caseworker.office.root_file import ROOT_FILE
from caseworker.office.sheet import fingerprint_lines
from crypto.directory import fingerprint, name_in
from crypto.errors import Malformed
from crypto.form import first_form, form_hash
from ground.disk.new_files import refuse_name_in_use
from ground.languages import LANGUAGES
from ground.shell.foreign import ForeignText, foreign_path
from ground.shell.frame import Answer, Command, Surroundings
from ground.shell.layout import fitted, lines, table
from ground.shell.refusals import UsageError

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")
_RECIPIENT = re.compile(r"([A-Za-z0-9][A-Za-z0-9_-]{0,31})(?::([a-z0-9-]+))?=(.+)")
_ANY_LANGUAGE = "und"


@dataclass(frozen=True)
class CreateOptions:
    """The arguments of `office create`; texts by language are LANG=TEXT, as they were typed."""

    folder: Path
    name: Sequence[str]
    address: Sequence[str]
    recipient: Sequence[str]
    contact: Sequence[str]
    reports: int | None
    exports: int | None
    batch_size: int | None
    release: int | None
    mirror: Sequence[str] | None
    form: Path | None


def _create(options: CreateOptions, surroundings: Surroundings) -> Answer:
    form = read_form_file(options.form) if options.form else first_form()
    profile = _profile(options, form)
    refuse_name_in_use(options.folder)
    traffic = Traffic(options.reports, options.exports)
    if options.batch_size is None:
        traffic = traffic_of(options.reports, options.exports)
        size = batch_size_for(traffic, len(profile.titles), profile.release)
        profile = replace(profile, batch_size=size)
    ask = surroundings.passphrases.choose
    root_passphrase = ask("the root key")
    vault_passphrases = {recipient: ask(f"the vault {recipient}") for recipient in profile.titles}
    ceremony = Ceremony(profile, root_passphrase, vault_passphrases, form)
    genesis_id = create_office(options.folder, ceremony, now())
    folder = options.folder
    vaults = {name: folder / VAULTS_FOLDER / name for name in profile.titles}
    files = [
        (
            str(foreign_path(folder / ROOT_FILE)),
            "the root key: move it to a stick of its own, copy it, lock both up",
        ),
        *(
            (
                str(foreign_path(path)),
                f"the vault of {ForeignText(name_in(profile.titles[name], 'en'))}",
            )
            for name, path in vaults.items()
        ),
        (str(foreign_path(folder / FIRST_BUNDLE)), "the first bundle, for the server"),
        (str(foreign_path(folder / SHEET_FILE)), "the fingerprint, to print and to publish"),
    ]
    text = lines(
        *naming_files(f"The office is made in {foreign_path(folder)}."),
        "",
        "Its fingerprint:",
        *(f"  {line}" for line in fingerprint_lines(genesis_id)),
        "",
        table(("file", "what it is"), files),
        "",
        *fitted(visit_line(traffic, profile.batch_size, len(vaults), profile.release)),
        "",
        f"Next, where the server is: intake import --data DIR {FIRST_BUNDLE}",
        *fitted(
            "It shows the server's digits. Note them: the vault that signs asks for them when it "
            "imports the server's first bundle, so that nobody else can speak in its name."
        ),
    )
    data = {
        "folder": str(folder),
        "fingerprint": fingerprint(genesis_id),
        "root": str(folder / ROOT_FILE),
        "vaults": {name: str(path) for name, path in vaults.items()},
        "bundle": str(folder / FIRST_BUNDLE),
        "sheet": str(folder / SHEET_FILE),
        "batch_size": profile.batch_size,
    }
    return Answer(text, data)


def _profile(options: CreateOptions, form: bytes) -> OfficeProfile:
    names = _by_language(options.name)
    titles = _titles(options.recipient)
    profile = OfficeProfile(
        names=names,
        addresses=tuple(address.rstrip("/") for address in options.address),
        titles=titles,
        directory_recipient=next(iter(titles)),
        contacts=_contacts(options.contact),
        form=form_hash(form),
        batch_size=options.batch_size or BATCH_SIZE,
        release=EVERY_EXPORT if options.release is None else options.release,
        mirrors=tuple(options.mirror or ()),
    )
    try:
        check_profile(profile)
    except Malformed as error:
        raise UsageError(
            f"the office cannot be described like this: {error}",
            "caseworker office create --help says how names, addresses and recipients are written",
        ) from None
    return profile


def _by_language(texts: Sequence[str]) -> dict[str, str]:
    """Return texts by language: `ru=…` is Russian, one without a language is for any."""
    names: dict[str, str] = {}
    for text in texts:
        language, equals, name = text.partition("=")
        if not equals or not _LANGUAGE.fullmatch(language):
            language, name = _ANY_LANGUAGE, text
        if language in names:
            raise UsageError(f"two names for one language: {text}", "one name a language")
        names[language] = name
    return names


def _contacts(texts: Sequence[str]) -> tuple[str, ...]:
    """Return contacts as they were typed: SPEC 10.2 says which beginning marks a language."""
    codes = {language.code for language in LANGUAGES}
    for text in texts:
        mark, equals, contact = text.partition("=")
        code = mark.strip().lower()
        if not equals or code not in codes:
            continue
        if mark != code:
            raise UsageError(
                f"this marks no language, and every page would show it: {text}",
                f"write {code}= in small letters, right at the beginning",
            )
        if not contact.strip():
            raise UsageError(
                f"a contact without a text: {text}", f'for example {code}="By post: …"'
            )
    return tuple(texts)


def _titles(texts: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return titles by recipient and language, recipients in the order in which they came."""
    titles: dict[str, dict[str, str]] = {}
    for text in texts:
        found = _RECIPIENT.fullmatch(text)
        if not found:
            raise UsageError(
                f"this is not a recipient: {text}",
                'write ID=TITLE, for example investigations="Investigations", the ID in letters, '
                "digits, - and _",
            )
        recipient, language, title = found.groups()
        own = titles.setdefault(recipient, {})
        if (language or _ANY_LANGUAGE) in own:
            raise UsageError(f"two titles for one recipient and language: {text}", "one of each")
        own[language or _ANY_LANGUAGE] = title
    return titles


def _add_create(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="DIR", type=Path, help="a new folder for the office")
    parser.add_argument(
        "--name",
        metavar="[LANG=]NAME",
        required=True,
        help="the office's name",
        nargs="+",
        action="extend",
    )
    parser.add_argument(
        "--address",
        metavar="URL",
        required=True,
        help="where its page is: https://host, or http://….onion",
        nargs="+",
        action="extend",
    )
    parser.add_argument(
        "--recipient",
        metavar="ID[:LANG]=TITLE",
        required=True,
        help="a group that reads reports, 1 to 4; the first one's vault signs the directory",
        nargs="+",
        action="extend",
    )
    parser.add_argument(
        "--contact",
        metavar="[LANG=]TEXT",
        default=[],
        help="another way to report, shown when the page cannot take reports; ru=… in Russian only",
        nargs="+",
        action="extend",
    )
    add_traffic(parser)
    add_choices(parser)


CREATE = Command(
    name="office create",
    summary="make a new office",
    description="""Makes in DIR the root key, a vault for each recipient, the first bundle for the
server, and the fingerprint to print. All of it, or nothing.

Answers leave in batches of one size, filled up, so that nobody can count them; every visitor loads
all of them. How large a batch is follows from --reports and --exports, which are asked at a
terminal; or say --batch-size. office renew changes this, and what sources are asked, at any time.

passphrases, one a line with --passphrase-fd:
  the root key, then the vault of each recipient in the order given

examples:
  caseworker office create office --name "Anti-Corruption Office" \\
    --address https://report.example.org http://example.onion \\
    --recipient investigations="Investigations" oversight="Oversight board" \\
    --contact "By post: Example Street 1"
  In several languages: --name ru="Антикоррупционное ведомство" en="Anti-Corruption Office" \\
    --recipient investigations:ru="Следственный отдел" investigations:en="Investigations\"""",
    options=CreateOptions,
    add_arguments=_add_create,
    run=_create,
    is_deed=True,
    asks_passphrases=True,
)

"""office create, office renew: the office itself."""

import argparse
import re
from collections.abc import Sequence
from pathlib import Path

from caseworker.commands.frame import Answer, Arguments, Command, Surroundings, lines
from caseworker.days import iso_date, until_text
from caseworker.durable import refuse_existing
from caseworker.errors import Refusal, UsageError
from caseworker.office.ceremony import (
    FIRST_BUNDLE,
    SHEET_FILE,
    VAULTS_FOLDER,
    Ceremony,
    create_office,
    opened_vaults,
)
from caseworker.office.profile import OfficeProfile, check_profile
from caseworker.office.renewal import Renewal, renew_office
from caseworker.office.root_file import ROOT_FILE, Root, read_root
from caseworker.office.sheet import fingerprint_lines
from caseworker.terminal.layout import table
from caseworker.vault.folder import refuse_other_folders, unlock
from crypto.directory import fingerprint, name_in
from crypto.errors import Malformed

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")
_RECIPIENT = re.compile(r"([A-Za-z0-9][A-Za-z0-9_-]{0,31})(?::([a-z0-9-]+))?=(.+)")
_ANY_LANGUAGE = "und"


def _create(arguments: Arguments, surroundings: Surroundings) -> Answer:
    profile = _profile(arguments)
    refuse_existing(arguments.folder)
    ask = surroundings.passphrases.choose
    root_passphrase = ask("the root key")
    vault_passphrases = {recipient: ask(f"the vault {recipient}") for recipient in profile.titles}
    ceremony = Ceremony(profile, root_passphrase, vault_passphrases)
    genesis_id = create_office(arguments.folder, ceremony, surroundings.moment)
    folder = arguments.folder
    vaults = {name: folder / VAULTS_FOLDER / name for name in profile.titles}
    files = [
        (
            str(folder / ROOT_FILE),
            "the root key: move it to a stick of its own, copy it, lock both up",
        ),
        *(
            (str(path), f"the vault of {name_in(profile.titles[name], 'en')}")
            for name, path in vaults.items()
        ),
        (str(folder / FIRST_BUNDLE), "the first bundle, for the server"),
        (str(folder / SHEET_FILE), "the fingerprint, to print and to publish"),
    ]
    text = lines(
        f"The office is made in {folder}.",
        "",
        "Its fingerprint:",
        *(f"  {line}" for line in fingerprint_lines(genesis_id)),
        "",
        table(("file", "what it is"), files),
        "",
        f"Next, where the server is: intake import --data DIR {FIRST_BUNDLE}",
    )
    data = {
        "folder": str(folder),
        "fingerprint": fingerprint(genesis_id),
        "root": str(folder / ROOT_FILE),
        "vaults": {name: str(path) for name, path in vaults.items()},
        "bundle": str(folder / FIRST_BUNDLE),
        "sheet": str(folder / SHEET_FILE),
    }
    return Answer(text, data)


def _renew(arguments: Arguments, surroundings: Surroundings) -> Answer:
    folders = _vault_folders(arguments.folder)
    keys = {}
    for path in folders:
        passphrase = surroundings.passphrases.ask(f"the vault {path.name}")
        keys[path.name] = unlock(path, passphrase)

    def ask_root() -> Root:
        path = arguments.root or arguments.folder / ROOT_FILE
        if not path.exists():
            raise Refusal(
                f"the root's delegation runs out, and the root key {path} is not there",
                "put its stick in and name the file: --root FILE",
            )
        return read_root(path, surroundings.passphrases.ask("the root key"))

    with opened_vaults(arguments.folder, keys) as vaults:
        renewal = renew_office(vaults, arguments.folder, surroundings.moment, ask_root)
    return _renewal_answer(renewal, list(keys), surroundings.moment.day)


def _renewal_answer(renewal: Renewal, present: list[str], today: int) -> Answer:
    parts = []
    directory = renewal.directory
    if directory:
        end = directory.delegation.end
        parts += [
            f"A new directory is issued, number {directory.sequence}: it holds "
            f"{until_text(directory.expires, today)}.",
            f"The root's delegation {'is new and ' if renewal.new_delegation else ''}holds "
            f"{until_text(end, today)}.",
        ]
    else:
        parts.append("The directory's vault is not here: new cards alone were made.")
    if renewal.new_cards:
        parts.append(f"New keys: {', '.join(renewal.new_cards)}.")
    parts.append("To carry:")
    for path in renewal.bundles.values():
        parts.append(f"  {path}, to the server: intake import --data DIR {path.name}")
    if directory:
        absent = [one.id for one in directory.recipients if one.id not in present]
        parts += [
            f"  then a bundle from the server to the vault of {name}: "
            f"intake export --data DIR --recipient {name} --out FILE"
            for name in absent
        ]
    else:
        parts.append("  then a bundle from the server to the directory's vault, and renew there.")
    data = {
        "new_cards": list(renewal.new_cards),
        "new_delegation": renewal.new_delegation,
        "bundles": {name: str(path) for name, path in renewal.bundles.items()},
        "directory": directory
        and {
            "delegation": directory.delegation.number,
            "sequence": directory.sequence,
            "expires": iso_date(directory.expires),
            "delegation_end": iso_date(directory.delegation.end),
        },
    }
    return Answer(lines(*parts), data)


def _vault_folders(office: Path) -> list[Path]:
    vaults = office / VAULTS_FOLDER
    folders = sorted(path for path in vaults.iterdir() if path.is_dir()) if vaults.is_dir() else []
    if not folders:
        raise Refusal(
            f"{office} holds no vaults", f"an office's folder has them in {VAULTS_FOLDER}/"
        )
    for path in folders:
        refuse_other_folders(path)
    return folders


def _profile(arguments: Arguments) -> OfficeProfile:
    names = _by_language(arguments.name)
    titles = _titles(arguments.recipient)
    profile = OfficeProfile(
        names=names,
        addresses=tuple(address.rstrip("/") for address in arguments.address),
        titles=titles,
        directory_recipient=next(iter(titles)),
        contacts=tuple(arguments.contact),
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
        metavar="TEXT",
        default=[],
        help="another way to report, shown when the page cannot take reports",
        nargs="+",
        action="extend",
    )


def _add_renew(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="DIR", type=Path, help="the office's folder")
    parser.add_argument(
        "--root", metavar="FILE", type=Path, help=f"the root key, where it is not DIR/{ROOT_FILE}"
    )


CREATE = Command(
    name="create",
    summary="make a new office",
    description="""Makes in DIR the root key, a vault for each recipient, the first bundle for the
server, and the fingerprint to print. All of it, or nothing.

passphrases, one a line with --passphrase-fd:
  the root key, then the vault of each recipient in the order given

examples:
  caseworker office create office --name "Anti-Corruption Office" \\
    --address https://report.example.org http://example.onion \\
    --recipient investigations="Investigations" oversight="Oversight board" \\
    --contact "By post: Example Street 1"
  In several languages: --name ru="Антикоррупционное ведомство" en="Anti-Corruption Office" \\
    --recipient investigations:ru="Следственный отдел" investigations:en="Investigations\"""",
    add_arguments=_add_create,
    run=_create,
)
RENEW = Command(
    name="renew",
    summary="renew keys, delegation and directory of an office",
    description="""For the vaults that lie in DIR/vaults: new cards where keys run out, a new
delegation by the root where it runs out (the root key is asked for only then), a new directory, and
a bundle with all of it. Says what must be carried to whom. Not all vaults need to be there.

passphrases, one a line with --passphrase-fd:
  each vault in DIR/vaults by name, then the root key (read only where it is needed)

examples:
  caseworker office renew office
  caseworker office renew office --root /media/root-stick/office-root.key""",
    add_arguments=_add_renew,
    run=_renew,
)

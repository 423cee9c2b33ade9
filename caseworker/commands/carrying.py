"""import, export: bundles in and out."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from caseworker.cases.written_replies import ACKNOWLEDGEMENT, WrittenReply
from caseworker.commands.bundle_words import left_out_words
from caseworker.commands.old_keys import (
    add_destroy_old_keys,
    answer_about_old_keys,
    old_key_data,
    old_key_lines,
)
from caseworker.commands.opening import add_out, add_vault, file_name, naming_files, now, opened
from caseworker.commands.server_keys import (
    add_server,
    belief_data,
    belief_lines,
    compares_server,
)
from caseworker.commands.upkeep_words import lost_key_remarks, upkeep_remarks
from caseworker.exchange.inbound.importing import ImportResult
from caseworker.exchange.outbound.exporting import ExportResult, export_bundle
from caseworker.work.import_bundles import Imported, import_bundles
from crypto.lifetimes import CLOCK_GRACE_DAYS
from crypto.names import Day
from crypto.statements import StatementKind
from ground.shell.figures import counted, date_text, iso_date
from ground.shell.foreign import ForeignText, foreign_path
from ground.shell.frame import Answer, Command, Surroundings
from ground.shell.layout import lines, table


@dataclass(frozen=True)
class ImportOptions:
    """The arguments of `import`; `destroy_old_keys` is ask, yes or no; `server` 80 digits."""

    vault: Path
    files: Sequence[Path]
    destroy_old_keys: str
    server: str | None


@dataclass(frozen=True)
class ExportOptions:
    """The arguments of `export`."""

    vault: Path
    out: Path


def _import(options: ImportOptions, surroundings: Surroundings) -> Answer:
    moment, compare = now(), compares_server(options.server)
    with opened(options.vault, surroundings) as vault:
        says_yes = answer_about_old_keys(vault, moment, options.destroy_old_keys)
        imported = import_bundles(vault, moment, options.files, says_yes, compare)
    data = {
        "parts": {str(path): _part_data(result) for path, result in imported.done.items()},
        "refused": {str(path): one.message for path, one in imported.refused.items()},
        "missing_parts": imported.missing_parts,
        "on_board": list(imported.on_board),
        "old_keys": old_key_data(imported.old_keys),
        "notes": lost_key_remarks(imported.lost_weeks),
    }
    text = lines(*_imported_lines(imported, options.vault, moment.day))
    return Answer(text, data, complete=not imported.refused)


def _imported_lines(imported: Imported, vault: Path, today: Day) -> list[str]:
    folder = foreign_path(vault)
    parts: list[str] = []
    for path, result in imported.done.items():
        parts += _part_lines(foreign_path(path), result, today)
    parts += _on_board_lines(imported.on_board)
    for refused in imported.refused.values():
        parts += naming_files(f"NOT IMPORTED: {refused.message}. {refused.hint}")
    parts += [f"WARNING: {one}" for one in lost_key_remarks(imported.lost_weeks)]
    if imported.has_new_server:
        parts.append(
            "The next export lists this server in the directory: carry it there soon, since the "
            "other vaults believe no bundle before."
        )
    if any(result.found_restored for result in imported.done.values()):
        parts.append(
            "WARNING: the server has what this vault never made: the vault came from a backup. All "
            "its numbers were moved on, so it can go on. Import all bundles again that you kept "
            "since that backup; the copy that this one replaces is not to be used any more."
        )
    if imported.awaits_bundle_of is not None:
        parts.append(
            "This vault came from a backup: it exports nothing before it has seen a bundle that "
            f"the server wrote on {date_text(imported.awaits_bundle_of)} or later."
        )
    parts += [
        f"Parts {', '.join(map(str, numbers))} of an export have not been imported yet."
        for numbers in imported.missing_parts.values()
    ]
    return [*parts, *old_key_lines(imported.old_keys, vault), f"Next: caseworker list {folder}"]


def _on_board_lines(cases: tuple[int, ...]) -> list[str]:
    if not cases:
        return []
    number = counted(len(cases), "case")
    return [f"Of {number} an answer is on the board now: {', '.join(map(str, cases))}."]


def _part_lines(name: ForeignText, result: ImportResult, today: Day) -> list[str]:
    header, counts = result.header, result.counts
    if result.known_since is not None:
        known = date_text(result.known_since)
        return [*naming_files(f"{name} was imported before, on {known}: nothing changed.")]
    part = f" (part {header.part} of {header.parts})" if header.parts > 1 else ""
    parts = [
        *naming_files(
            f"{name}{part}: {counted(counts.messages + counts.read_after_all, 'new message')}, "
            f"{counted(counts.chunks, 'new piece')} of files."
        )
    ]
    if counts.unopened:
        parts.append(
            f"  {counts.unopened} that no key of this vault opens: not for this recipient."
        )
    if counts.set_aside:
        parts.append(f"  {counts.set_aside} set aside; status says why.")
    if counts.chunks_left:
        parts.append(
            f"  {counts.chunks_left} pieces of files were left out: the disk is nearly full. "
            "Make room, then import the same file again."
        )
    if header.day > today + CLOCK_GRACE_DAYS:
        parts.append(
            f"  WARNING: the server dated it {date_text(header.day)}, and this machine's clock "
            f"says {date_text(today)}: one of the two is wrong. Set it right, then fetch a new "
            "bundle."
        )
    if result.believed is not None:
        parts += belief_lines(result.believed, header.day)
    return parts + [f"  {left_out_words(one)}" for one in result.left_out]


def _part_data(result: ImportResult) -> dict[str, object]:
    known = result.known_since
    return {
        "export_id": result.header.export_id.hex(),
        "part": result.header.part,
        "parts": result.header.parts,
        "export_day": iso_date(result.header.day),
        "imported_before": None if known is None else iso_date(known),
        "found_restored": result.found_restored,
        **vars(result.counts),
        **belief_data(result.believed),
        "notes": [left_out_words(one) for one in result.left_out],
    }


def _export(options: ExportOptions, surroundings: Surroundings) -> Answer:
    with opened(options.vault, surroundings) as vault:
        result = export_bundle(vault, options.out, now())
    text = lines(*_exported_lines(result, options))
    return Answer(text, _export_data(result, options.out))


def _exported_lines(result: ExportResult, options: ExportOptions) -> list[str]:
    parts = [*naming_files(_written_line(result, foreign_path(options.out)))]
    repeated = _count(result, StatementKind.BATCH) - result.new_batches
    if repeated and not result.again:
        parts.append(
            f"It repeats {counted(repeated, 'batch', 'batches')} that the server has not yet "
            "confirmed."
        )
    if result.next_release is not None:
        parts.append(
            "It has no new batch: the office's replies leave once a week, next with the first "
            f"export on or after {date_text(result.next_release)}."
        )
    parts += [
        f"Case {number} could not be answered: {why}" for number, why in result.failed.items()
    ]
    parts += [f"Note: {one}." for one in upkeep_remarks(result.upkeep)]
    parts += _waiting_lines(result.waiting)
    return [
        *parts,
        f"Next, where the server is: intake import --data DIR {file_name(options.out)}",
    ]


def _written_line(result: ExportResult, out: ForeignText) -> str:
    if result.again:
        return f"{out} was written before, and nothing has happened here since."
    acknowledgements = sum(one.kind == ACKNOWLEDGEMENT for one in result.new_replies)
    replies = len(result.new_replies) - acknowledgements
    return (
        f"{out} is written: {counted(acknowledgements, 'new acknowledgement')}, "
        f"{counted(replies, 'new reply', 'new replies')}, "
        f"{counted(_count(result, StatementKind.CONFIRMATION), 'confirmation')}."
    )


def _waiting_lines(waiting: tuple[WrittenReply, ...]) -> list[str]:
    if not waiting:
        return ["Nothing waits for the next export."]
    rows = [
        (str(one.case_number), one.kind, date_text(one.written.day), str(one.parts))
        for one in waiting
    ]
    head = f"{counted(len(waiting), 'reply waits', 'replies wait')} for the next export:"
    return [head, table(("case", "kind", "written", "records"), rows, "case records")]


def _count(result: ExportResult, kind: StatementKind) -> int:
    return sum(row.kind == kind for row in result.carried)


def _export_data(result: ExportResult, path: Path) -> dict[str, object]:
    return {
        "file": str(path),
        "again": result.again,
        "carried": [
            {"kind": row.kind.name.lower(), "number": row.number} for row in result.carried
        ],
        "new_replies": [_reply_data(one) for one in result.new_replies],
        "waiting": [_reply_data(one) for one in result.waiting],
        "new_batches": result.new_batches,
        "next_release": None if result.next_release is None else iso_date(result.next_release),
        "failed": {str(number): str(why) for number, why in result.failed.items()},
        "notes": upkeep_remarks(result.upkeep),
    }


def _reply_data(reply: WrittenReply) -> dict[str, object]:
    return {
        "case": reply.case_number,
        "kind": reply.kind,
        "written": iso_date(reply.written.day),
        "records": reply.parts,
    }


def _add_import(parser: argparse.ArgumentParser) -> None:
    add_vault(parser)
    parser.add_argument(
        "files", metavar="FILE", type=Path, nargs="+", help="a bundle, or parts of it in any order"
    )
    add_destroy_old_keys(parser)
    add_server(parser)


def _add_export(parser: argparse.ArgumentParser) -> None:
    add_vault(parser)
    add_out(parser, "the bundle")


IMPORT = Command(
    name="import",
    summary="bring in bundles from the server",
    description="""Each file is taken in whole or not at all. Parts of one export come in any order,
and what was imported before changes nothing. Single items that cannot be read are set aside.
Keep the files until the next bundle came.
An import takes as much room on the vault's disk as the bundle. Where there is less, pieces of files
are left out, and the server keeps them: make room and import the same file again.

After an import the vault destroys the keys of weeks that are over, once a whole export shows that
nothing more can come under them: what was recorded under them then stays closed for ever. Where
that is not certain, a person is asked, and no is what is meant by silence.

Each bundle is signed by the server that wrote it. The directory's vault shows the digits of the
first one that it meets, and asks whether they are what intake status shows where the server is;
the next directory lists it, and all other vaults believe the directory. Of any other bundle, or an
older one, reports and files are taken in, and nothing else that it says is believed.

examples:
  caseworker import vaults/investigations /media/stick/monday.bundle
  caseworker import vaults/investigations /media/stick/monday.bundle.00*""",
    options=ImportOptions,
    add_arguments=_add_import,
    run=_import,
    is_deed=True,
    asks_passphrases=True,
)
EXPORT = Command(
    name="export",
    summary="write a bundle for the server",
    description="""It carries full batches of replies (filled up, so that nobody can count them; as
many as are needed, or none before the day on which the office's replies leave), confirmations of
what arrived, newer keys, and all that the last bundle from the server does not name as taken. So a
bundle that gets lost costs nothing: the next one carries the same.

example:
  caseworker export vaults/investigations --out /media/stick/tuesday.bundle""",
    options=ExportOptions,
    add_arguments=_add_export,
    run=_export,
    is_deed=True,
    asks_passphrases=True,
)

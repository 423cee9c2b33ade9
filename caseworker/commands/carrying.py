"""import, export: bundles in and out."""

import argparse
from pathlib import Path

from caseworker.cases.cases import ACKNOWLEDGEMENT, WrittenReply
from caseworker.commands.frame import (
    Answer,
    Arguments,
    Command,
    Surroundings,
    add_vault,
    lines,
    opened,
)
from caseworker.commands.old_keys import (
    add_destroy_old_keys,
    answer_about_old_keys,
    old_key_data,
    old_key_lines,
)
from caseworker.exchange.inbound.importing import ImportResult, import_part
from caseworker.exchange.inbound.missing_parts import missing_parts
from caseworker.exchange.outbound.exporting import ExportResult, export_bundle
from caseworker.keys.destroying import destroy_old_keys
from caseworker.keys.key_dates import CLOCKS_DIFFER_DAYS
from caseworker.keys.upkeep import replace_lost_keys
from caseworker.vault.condition import awaits_bundle_of, is_behind
from crypto.statements import StatementKind
from ground.shell.figures import counted, date_text, iso_date
from ground.shell.layout import table
from ground.shell.refusals import Refusal


def _import(arguments: Arguments, surroundings: Surroundings) -> Answer:
    done: dict[str, ImportResult] = {}
    refused: dict[str, Refusal] = {}
    moment = surroundings.moment
    with opened(arguments.vault, surroundings) as vault:
        for path in arguments.files:
            try:
                done[str(path)] = import_part(vault, path, moment)
            except Refusal as refusal:
                refused[str(path)] = refusal
        if not done:
            raise next(iter(refused.values()))
        says_yes = answer_about_old_keys(vault, moment, arguments.destroy_old_keys)
        old_keys = destroy_old_keys(vault, moment, says_yes)
        notes = replace_lost_keys(vault, moment)
        missing = missing_parts(vault.db)
        behind = is_behind(vault.db)
        awaited = awaits_bundle_of(vault.db)
    parts = [
        line for name, result in done.items() for line in _import_lines(name, result, moment.day)
    ]
    parts += [f"NOT IMPORTED: {one.message}. {one.hint}" for one in refused.values()]
    parts += [f"WARNING: {note}" for note in notes]
    parts += _behind_lines(arguments.vault) if behind else []
    if awaited is not None:
        parts.append(
            "This vault came from a backup: it exports nothing before it has seen a bundle that "
            f"the server wrote on {date_text(awaited)} or later."
        )
    parts += [
        f"Parts {', '.join(map(str, numbers))} of an export have not been imported yet."
        for numbers in missing.values()
    ]
    parts += old_key_lines(old_keys, arguments.vault)
    parts.append(f"Next: caseworker list {arguments.vault}")
    data = {
        "parts": {name: _import_data(result) for name, result in done.items()},
        "refused": {name: one.message for name, one in refused.items()},
        "missing_parts": missing,
        "old_keys": old_key_data(old_keys),
        "notes": notes,
    }
    return Answer(lines(*parts), data, complete=not refused)


def _behind_lines(vault: Path) -> list[str]:
    return [
        "WARNING: the server has more of this vault than the vault itself: it came from a "
        f"backup. Before the next export: caseworker restored {vault}"
    ]


def _import_lines(name: str, result: ImportResult, today: int) -> list[str]:
    header, counts = result.header, result.counts
    if result.known_since is not None:
        return [f"{name} was imported before, on {date_text(result.known_since)}: nothing changed."]
    part = f" (part {header.part} of {header.parts})" if header.parts > 1 else ""
    parts = [
        f"{name}{part}: {counted(counts.messages + counts.read_after_all, 'new message')}, "
        f"{counted(counts.chunks, 'new piece')} of files."
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
    if header.day > today + CLOCKS_DIFFER_DAYS:
        parts.append(
            f"  WARNING: the server dated it {date_text(header.day)}, and this machine's clock "
            f"says {date_text(today)}: one of the two is wrong. Set it right, then fetch a new "
            "bundle."
        )
    return parts + [f"  {note}" for note in result.notes]


def _import_data(result: ImportResult) -> dict[str, object]:
    known = result.known_since
    return {
        "export_id": result.header.export_id.hex(),
        "part": result.header.part,
        "parts": result.header.parts,
        "export_day": iso_date(result.header.day),
        "imported_before": None if known is None else iso_date(known),
        **vars(result.counts),
        "notes": list(result.notes),
    }


def _export(arguments: Arguments, surroundings: Surroundings) -> Answer:
    with opened(arguments.vault, surroundings) as vault:
        result = export_bundle(vault, arguments.out, surroundings.moment, arguments.batches)
    parts = [_written_line(result, arguments.out)]
    batches = _count(result, StatementKind.BATCH)
    if batches > arguments.batches and not result.again:
        parts.append(
            f"It repeats {counted(batches - arguments.batches, 'batch', 'batches')} that the "
            "server has not yet confirmed."
        )
    parts += [
        f"Case {number} could not be answered: {why}" for number, why in result.failed.items()
    ]
    parts += [f"Note: {note}." for note in result.notes]
    parts += _waiting_lines(result.waiting)
    parts.append("Next, where the server is: intake import --data DIR " + arguments.out.name)
    return Answer(lines(*parts), _export_data(result, arguments.out))


def _written_line(result: ExportResult, out: Path) -> str:
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
        "failed": {str(number): why for number, why in result.failed.items()},
        "notes": list(result.notes),
    }


def _reply_data(reply: WrittenReply) -> dict[str, object]:
    return {
        "case": reply.case_number,
        "kind": reply.kind,
        "written": iso_date(reply.written.day),
        "records": reply.parts,
    }


def _batches(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 16:
        raise argparse.ArgumentTypeError("a number of batches is 1 to 16")
    return number


def _add_import(parser: argparse.ArgumentParser) -> None:
    add_vault(parser)
    parser.add_argument(
        "files", metavar="FILE", type=Path, nargs="+", help="a bundle, or parts of it in any order"
    )
    add_destroy_old_keys(parser)


def _add_export(parser: argparse.ArgumentParser) -> None:
    add_vault(parser)
    parser.add_argument(
        "--out", metavar="FILE", type=Path, required=True, help="the bundle to write; a new name"
    )
    parser.add_argument(
        "--batches",
        metavar="N",
        type=_batches,
        default=1,
        help="make N new batches where one cannot hold what waits (default 1)",
    )


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

examples:
  caseworker import vaults/investigations /media/stick/monday.bundle
  caseworker import vaults/investigations /media/stick/monday.bundle.00*""",
    add_arguments=_add_import,
    run=_import,
)
EXPORT = Command(
    name="export",
    summary="write a bundle for the server",
    description="""It carries one new full batch of replies (filled up, so that nobody can count
them), confirmations of what arrived, newer keys, and all that the last bundle from the server does
not name as taken. So a bundle that gets lost costs nothing: the next one carries the same.

example:
  caseworker export vaults/investigations --out /media/stick/tuesday.bundle""",
    add_arguments=_add_export,
    run=_export,
)

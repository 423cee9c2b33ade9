"""save: a case as files."""

import argparse
from dataclasses import asdict
from pathlib import Path
from shlex import quote

from caseworker.casefile.case_folder import SavedFile, save_case
from caseworker.casefile.pieces import runs_text
from caseworker.cases.texts import DAMAGED, MISSING, WHOLE
from caseworker.commands.frame import (
    Answer,
    Arguments,
    Command,
    Surroundings,
    add_case,
    add_vault,
    lines,
    opened,
)
from ground.disk.new_files import refuse_taken
from ground.shell.figures import counted
from ground.shell.foreign import safe_line


def _save(arguments: Arguments, surroundings: Surroundings) -> Answer:
    refuse_taken(arguments.to)
    with opened(arguments.vault, surroundings) as vault:
        saved = save_case(vault, arguments.case, arguments.to, surroundings.moment)
    done = [one for one in saved if one.path]
    parts = [f"{counted(len(done), 'file')} of case {arguments.case} saved in {arguments.to}."]
    parts += [_fault(one) for one in saved if one.state != WHOLE]
    if any(one.state == MISSING for one in saved):
        parts.append(
            "What is missing may come with a later bundle: import it, then save the case again, "
            "into another new folder."
        )
    parts.append(
        f"To check them anywhere: cd {quote(str(arguments.to))} && sha256sum -c SHA256SUMS"
    )
    data = {"folder": str(arguments.to), "files": [asdict(one) for one in saved]}
    return Answer(lines(*parts), data)


def _fault(one: SavedFile) -> str:
    """Return in words what is wrong with a file."""
    what = f"The rest of the text in {one.path}"
    if one.path is None:
        what = f"NOT SAVED: {safe_line(one.announced_name)}"
    text = f"{what} is {one.state}."
    faults = [
        f"{_named(runs)} {fault}"
        for runs, fault in ((one.missing_pieces, "not here"), (one.damaged_pieces, "damaged"))
        if runs
    ]
    if faults:
        text += f" Of its {counted(one.pieces, 'piece')}, {'; '.join(faults)}."
    if one.state == DAMAGED and not one.damaged_pieces:
        text += " Its pieces are sound, and make up something else than the source announced."
    return text


def _named(runs: list[tuple[int, int]]) -> str:
    number = sum(last - first + 1 for first, last in runs)
    return f"{runs_text(runs)} {'is' if number == 1 else 'are'}"


def _add_save(parser: argparse.ArgumentParser) -> None:
    add_vault(parser)
    add_case(parser)
    parser.add_argument(
        "--to", metavar="DIR", type=Path, required=True, help="the folder to make; a new name"
    )


SAVE = Command(
    name="save",
    summary="save a case as files",
    description="""Every file is checked piece by piece and as a whole before it counts as saved;
one that is missing or damaged is named with its pieces, and costs itself alone. What is saved lies
open on the disk. manifest.json tells of every file; SHA256SUMS is for sha256sum -c.

The folder must be a new one: nothing is overwritten. When the rest of a file came with a later
bundle, save the case again into another folder. Ctrl-C removes what was begun.

examples:
  caseworker save vaults/investigations 3 --to case-3
  caseworker save vaults/investigations 3 --to case-3-complete""",
    add_arguments=_add_save,
    run=_save,
)

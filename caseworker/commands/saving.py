"""save: a case as files."""

import argparse
from dataclasses import asdict, dataclass
from pathlib import Path
from shlex import quote

from caseworker.casefile.case_folder import SavedFile, save_case
from caseworker.casefile.pieces import runs_text
from caseworker.cases.files import FileState
from caseworker.commands.case_words import FILE_WORDS
from caseworker.commands.opening import add_case, add_vault, naming_files, now, opened
from ground.disk.new_files import refuse_name_in_use
from ground.shell.figures import counted
from ground.shell.foreign import ForeignText, foreign_path
from ground.shell.frame import Answer, Command, Surroundings
from ground.shell.layout import fitted, lines


@dataclass(frozen=True)
class SaveOptions:
    """The arguments of `save`."""

    vault: Path
    case: int
    to: Path


def _save(options: SaveOptions, surroundings: Surroundings) -> Answer:
    refuse_name_in_use(options.to)
    with opened(options.vault, surroundings) as vault:
        saved = save_case(vault, options.case, options.to, now())
    done = [one for one in saved if one.path]
    head = f"{counted(len(done), 'file')} of case {options.case} saved in "
    parts = [*naming_files(f"{head}{foreign_path(options.to)}.")]
    for one in saved:
        if one.state != FileState.WHOLE:
            parts += _fault_lines(one)
    if any(one.state == FileState.MISSING for one in saved):
        parts.append(
            "What is missing may come with a later bundle: import it, then save the case again, "
            "into another new folder."
        )
    folder = ForeignText(quote(str(options.to)))
    parts.append(f"To check them anywhere: cd {folder} && sha256sum -c SHA256SUMS")
    data = {"folder": str(options.to), "files": [asdict(one) for one in saved]}
    return Answer(lines(*parts), data)


def _fault_lines(one: SavedFile) -> list[str]:
    """Return in words what is wrong with a file, its name apart from our own words about it."""
    what = f"The rest of the text in {ForeignText(one.path or '')}"
    if one.path is None:
        what = f"NOT SAVED: {ForeignText(one.announced_name)}"
    parts = [*fitted(f"{what} is {FILE_WORDS[one.state]}.")]
    faults = [
        f"{_named(runs)} {fault}"
        for runs, fault in ((one.missing_pieces, "not here"), (one.damaged_pieces, "damaged"))
        if runs
    ]
    if faults:
        parts.append(f"  Of its {counted(one.pieces, 'piece')}, {'; '.join(faults)}.")
    if one.state == FileState.DAMAGED and not one.damaged_pieces:
        parts.append("  Its pieces are sound, and make up something else than was announced.")
    return parts


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
    options=SaveOptions,
    add_arguments=_add_save,
    run=_save,
    is_deed=True,
    asks_passphrases=True,
)

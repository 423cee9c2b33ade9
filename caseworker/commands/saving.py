"""save: a case as files."""

import argparse
from dataclasses import asdict
from pathlib import Path

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
from caseworker.saving.case_folder import save_case
from caseworker.terminal.escaping import safe_line
from caseworker.terminal.layout import counted


def _save(arguments: Arguments, surroundings: Surroundings) -> Answer:
    with opened(arguments.vault, surroundings) as vault:
        saved = save_case(vault, arguments.case, arguments.to, surroundings.moment)
    done = [one for one in saved if one.path]
    parts = [f"{counted(len(done), 'file')} of case {arguments.case} saved in {arguments.to}."]
    for one in saved:
        if one.path is None:
            parts.append(f"NOT SAVED: {safe_line(one.announced_name)} is {one.state}.")
        elif one.state != "whole":
            parts.append(f"The rest of the text in {one.path} is {one.state}.")
    parts.append(f"To check them anywhere: cd {arguments.to} && sha256sum -c SHA256SUMS")
    data = {"folder": str(arguments.to), "files": [asdict(one) for one in saved]}
    return Answer(lines(*parts), data)


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
one that is missing or damaged is named, and costs itself alone. What is saved lies open on the
disk.

example:
  caseworker save vaults/investigations 3 --to case-3""",
    add_arguments=_add_save,
    run=_save,
)

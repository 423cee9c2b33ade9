"""A program that looks, does, and has a third command elsewhere, to be run by tests."""

import argparse
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from ground.shell.foreign import ForeignText
from ground.shell.frame import (
    Answer,
    Command,
    Group,
    Placed,
    Program,
    Surroundings,
    run_program,
)
from ground.shell.refusals import Refusal, Stopped

LINES = 20_000


@dataclass(frozen=True)
class LookOptions:
    """The arguments of `look`."""

    text: str
    times: int


@dataclass(frozen=True)
class DeedOptions:
    """The arguments of `topic deed`."""

    file: Path
    how: str


def _look(options: LookOptions, _surroundings: Surroundings) -> Answer:
    text = ForeignText(options.text)
    return Answer("\n".join([f"line {text}"] * options.times), {"text": text, "path": Path("a")})


def _deed(options: DeedOptions, surroundings: Surroundings) -> Answer:
    if options.how == "asked":
        surroundings.passphrases.ask("the thing")
    if options.how == "refused":
        raise Refusal("it cannot be done", "do something else\nor nothing")
    if options.how == "stopped":
        raise Stopped("a half is done", "do the rest\nor nothing")
    if options.how == "fault":
        raise ValueError("a secret that was worked on")
    if options.how == "slow":
        print("ready", flush=True)
        time.sleep(60)
    options.file.write_text("done")
    if options.how == "partly":
        return Answer("a part", {}, complete=False, warnings=("the rest was refused",))
    return Answer("done", {"file": options.file})


def _add_look(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text")
    parser.add_argument("--times", type=int, default=1)


def _add_deed(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path)
    parser.add_argument("--how", default="well")


PROGRAM = Program(
    name="practice",
    description="Practises.",
    groups=(
        Group(
            "looking",
            (Command("look", "look at it", "example:", LookOptions, _add_look, _look, False),),
        ),
        Group("elsewhere", (Placed("far", "tests.ground.shell.practice_command", "FAR"),)),
        Group(
            "doing",
            (
                Command(
                    "topic deed", "do it", "example:", DeedOptions, _add_deed, _deed, True, True
                ),
            ),
        ),
    ),
    topics={"topic": "What there is to do."},
    prepare=lambda: None,
    stopped=("stopped", "nothing was changed"),
)

if __name__ == "__main__":
    sys.exit(run_program(PROGRAM))

"""A command in a module of its own."""

import argparse
from dataclasses import dataclass

from ground.shell.frame import Answer, Command, Surroundings


@dataclass(frozen=True)
class FarOptions:
    """It has none."""


def _add_arguments(_parser: argparse.ArgumentParser) -> None:
    pass


def _run(_options: FarOptions, _surroundings: Surroundings) -> Answer:
    return Answer("from afar", {})


FAR = Command("far", "come from afar", "example:", FarOptions, _add_arguments, _run, False)

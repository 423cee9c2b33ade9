"""The sources' three commands in the frame, until they are made of it themselves."""

import argparse
from collections.abc import Callable
from dataclasses import fields, make_dataclass
from typing import Any

from ground.shell.program import Answer, Command, Surroundings
from intake.source import commands as source


def _adapted(
    name: str,
    summary: str,
    text: str,
    add: Callable[[argparse.ArgumentParser], None],
    run: Callable[[argparse.Namespace], int],
) -> Command[Any]:
    def add_arguments(parser: argparse.ArgumentParser) -> None:
        parser.conflict_handler = parser._optionals.conflict_handler = "resolve"
        parser.set_defaults(parser=parser)
        add(parser)

    scratch = argparse.ArgumentParser(add_help=False)
    add(scratch)
    names = {action.dest for action in scratch._actions} | {"parser"}
    options = make_dataclass("SourceOptions", sorted(names), frozen=True)

    def run_adapted(given: Any, _surroundings: Surroundings) -> Answer:
        values = {one.name: getattr(given, one.name) for one in fields(given)}
        return Answer("", {}, complete=run(argparse.Namespace(**values)) == 0)

    return Command(name, summary, text, options, add_arguments, run_adapted, is_deed=True)


REPORT = _adapted(
    "report",
    source.REPORT_SUMMARY,
    source.REPORT_TEXT,
    source.add_report_arguments,
    source.run_report,
)
SEND = _adapted(
    "send", source.SEND_SUMMARY, source.SEND_TEXT, source.add_send_arguments, source.run_send
)
REPLIES = _adapted(
    "replies",
    source.REPLIES_SUMMARY,
    source.REPLIES_TEXT,
    source.add_replies_arguments,
    source.run_replies,
)

"""Steps to carry and to type, as commands print them."""

from collections.abc import Sequence

from caseworker.office.steps import Place, Step
from ground.shell.foreign import ForeignText
from ground.shell.layout import table


def step_lines(steps: Sequence[Step]) -> list[str]:
    """Return the lines that say what to carry where, and what to type there, in this order."""
    rows = [
        (
            str(number),
            _place_words(step.place),
            _bring_words(step),
            str(ForeignText(step.type)),
        )
        for number, step in enumerate(steps, 1)
    ]
    return ["", "To carry and to type, in this order:", table(("", "where", "bring", "type"), rows)]


def step_data(steps: Sequence[Step]) -> list[dict[str, str | None]]:
    """Return the same for programs."""
    return [
        {
            "where": _place_words(one.place),
            "bring": one.bring,
            "from": None if one.source is None else _place_words(one.source),
            "type": one.type,
        }
        for one in steps
    ]


def _place_words(place: Place) -> str:
    return "the server" if place.recipient is None else f"the vault of {place.recipient}"


def _bring_words(step: Step) -> str:
    if step.bring is None or step.source is None:
        return "-"
    return f"{ForeignText(step.bring)} from {_place_words(step.source)}"

"""Steps to carry and to type, as commands print them."""

from collections.abc import Sequence

from caseworker.office.steps import Step
from ground.shell.foreign import ForeignText
from ground.shell.layout import table


def step_lines(steps: Sequence[Step]) -> list[str]:
    """Return the lines that say what to carry where, and what to type there, in this order."""
    rows = [
        (
            str(number),
            step.place,
            f"{ForeignText(step.bring)} from {step.source}" if step.bring else "-",
            str(ForeignText(step.type)),
        )
        for number, step in enumerate(steps, 1)
    ]
    return ["", "To carry and to type, in this order:", table(("", "where", "bring", "type"), rows)]


def step_data(steps: Sequence[Step]) -> list[dict[str, str | None]]:
    """Return the same for programs."""
    return [
        {"where": one.place, "bring": one.bring, "from": one.source, "type": one.type}
        for one in steps
    ]

"""What a measurement is, and the list of all that `make bench` takes."""

import statistics
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured value, and how it stands to a comparison taken in the same run.

    `target` is what `ratio` must reach, or, where it is a limit, must not pass.
    """

    name: str
    value: float
    unit: str
    ratio: float
    target: float
    is_limit: bool = False

    @property
    def reached(self) -> bool:
        """Whether the target was reached."""
        return self.ratio <= self.target if self.is_limit else self.ratio >= self.target

    def line(self) -> str:
        """The figure on a line: name value unit ratio target ok|short."""
        verdict = "ok" if self.reached else "short"
        return (
            f"{self.name} {self.value:.4g} {self.unit} {self.ratio:.3f} {self.target:g} {verdict}"
        )


Measurement = Callable[[], Iterable[Figure]]

MEASUREMENTS: dict[str, Measurement] = {}
"""Every measurement by its name, in the order in which they are taken."""


def measurement(function: Measurement) -> Measurement:
    """Add a function that measures to the list, under its own name."""
    MEASUREMENTS[function.__name__] = function
    return function


def compared(
    ours: Callable[[], float], theirs: Callable[[], float], rounds: int = 5
) -> tuple[float, float]:
    """Take both in turn; returns the median of ours, and of the ratios of each round."""
    pairs = [(ours(), theirs()) for _ in range(rounds)]
    ratio = statistics.median(mine / other for mine, other in pairs)
    return statistics.median(mine for mine, _ in pairs), ratio

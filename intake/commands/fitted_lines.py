"""Lines that hold what an office wrote, as wide as the terminal lets them."""

from collections.abc import Iterator

from ground.shell.columns import lines_must_fit, padded, terminal_columns, wrapped

__all__ = ["fitted", "fitted_row"]

_LABEL = 13


def fitted(first: str, text: str, rest: str = "    ") -> Iterator[str]:
    """Yield a line that begins with `first`, and goes on behind `rest` where it does not fit.

    Were it left to the terminal, an office's text would go on at the left edge, where this program
    speaks. Where nobody looks, a line stays one.
    """
    if not lines_must_fit():
        return iter((first + text,))
    return wrapped(text, terminal_columns(), first=first, rest=rest)


def fitted_row(label: str, value: str) -> Iterator[str]:
    """Yield a line with a label, which goes on under its value."""
    first = padded(label, _LABEL)
    return fitted(first, value, " " * len(first))

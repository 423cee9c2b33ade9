"""Numbers of pieces as a person reads them: counted from 1, runs of them joined."""

from collections.abc import Sequence

_RUNS_SHOWN = 8


def runs_of(pieces: Sequence[int]) -> list[tuple[int, int]]:
    """Return pieces, counted from 0 and in order, as runs of first and last, counted from 1."""
    runs: list[tuple[int, int]] = []
    for piece in pieces:
        number = piece + 1
        if runs and runs[-1][1] == number - 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


def runs_text(runs: Sequence[tuple[int, int]]) -> str:
    """Return runs in words: `1-3, 7 and 9`, the first of them where there are many."""
    texts = [str(first) if first == last else f"{first}-{last}" for first, last in runs]
    if len(texts) > _RUNS_SHOWN:
        texts = [*texts[:_RUNS_SHOWN], "more"]
    if len(texts) < 2:
        return "".join(texts)
    return f"{', '.join(texts[:-1])} and {texts[-1]}"

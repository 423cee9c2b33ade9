"""The errors that a command shows to a person."""

__all__ = ["InputEndedError", "Refusal", "Stopped", "UsageError"]


class Refusal(Exception):  # noqa: N818 - what it is, not that it is an error
    """Something was asked that cannot or must not be done; nothing was changed.

    `message` says what is wrong, `hint` what to do next. Neither holds a secret. What stands in
    them of outside (a path, a name) was made safe before. The frame prints both and exits with 1.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class InputEndedError(Refusal):
    """Nobody is there any more to answer a question."""


class Stopped(Refusal):
    """Somebody stopped a command by hand; it says what became of its work. The frame exits 130."""


class UsageError(Refusal):
    """The command line itself is not as its help says. The frame exits with 2."""

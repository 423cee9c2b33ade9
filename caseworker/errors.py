"""The errors that a command of this room shows to a person."""


class Refusal(Exception):  # noqa: N818 - what it is, not that it is an error
    """Something was asked that cannot or must not be done; nothing was changed.

    `message` says what is wrong, `hint` what to do next. Neither holds a secret or bytes from
    outside. The command prints both and exits with 1.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(Refusal):
    """The command line itself is not as the help says; the command exits with 2."""

"""What this room can refuse."""


class IntakeError(Exception):
    """Something was not done."""


class Refusal(IntakeError):  # noqa: N818 - raised and caught by name, it reads as what it is
    """Something was asked that cannot or must not be done; nothing was changed.

    `message` says what is wrong, `hint` what to do next. Neither holds data from outside: no
    address, no id, no bytes. The command prints both and exits with 1.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

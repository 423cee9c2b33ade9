"""A request that is not answered with what it asked for.

Apart from `answers`, since who asks what is accepted, as `intake status` does, needs no HTTP.
"""


class Denied(Exception):  # noqa: N818 - what it is, not that it is an error
    """A request that is answered with an error: a status and one of the codes of SPEC 11.

    Raised by handlers, answered by `app`. It holds nothing of the request.
    """

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code

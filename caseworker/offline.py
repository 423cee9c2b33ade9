"""Never online: what connects, or looks a name up, is refused."""

import sys

_REFUSED = frozenset(
    {
        "socket.connect",
        "socket.sendto",
        "socket.sendmsg",
        "socket.getaddrinfo",
        "socket.gethostbyname",
        "socket.gethostbyaddr",
        "socket.getnameinfo",
    }
)


def refuse_connections() -> None:
    """Refuse from now on, and for the life of this process, every outgoing connection.

    Not an import contract alone: a library that reaches out by itself is stopped as well.
    """
    sys.addaudithook(_refuse)


def _refuse(event: str, _arguments: tuple[object, ...]) -> None:
    if event in _REFUSED:
        raise PermissionError("this program is never online")

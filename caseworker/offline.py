"""Never online: what connects, sends, looks a name up, or starts a program, is refused."""

import sys

_REFUSED = frozenset(
    {
        # Also for sockets that are files: who listens there may be online.
        "socket.connect",
        "socket.sendto",
        "socket.sendmsg",
        "socket.getaddrinfo",
        "socket.gethostbyname",
        "socket.gethostbyaddr",
        "socket.getnameinfo",
        # Another program would not be under this hook. This one needs none.
        "subprocess.Popen",
        "os.exec",
        "os.fork",
        "os.forkpty",
        "os.posix_spawn",
        "os.spawn",
        "os.system",
        "pty.spawn",
    }
)


def refuse_connections() -> None:
    """Refuse from now on, and for the life of this process, every outgoing connection.

    Not an import contract alone: a library that reaches out by itself is stopped as well. It is
    no prison: code of an attacker's own in this process would find a way around.
    """
    sys.addaudithook(_refuse)


def _refuse(event: str, _arguments: tuple[object, ...]) -> None:
    if event in _REFUSED:
        raise PermissionError("this program is never online")

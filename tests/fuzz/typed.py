"""Readers of what people type, call their files, or write to be shown to others."""

import unicodedata
from collections.abc import Iterator

from caseworker.casefile.disk_names import disk_name
from crypto.codename import contains_codename, read_codename
from crypto.directory import fingerprint, read_fingerprint
from crypto.payload import check_file_name, safe_file_name
from crypto.word_lists import word_list
from ground.shell.foreign import ForeignText, safe_line
from ground.shell.refusals import UsageError
from intake.source.reach.address import is_onion, read_proxy, read_server
from tests.fuzz.target import Target, text_of

ENGLISH = word_list("english")
_STEERING = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
_HARMLESS = "\u200c\u200d\n\t"


def _name(data: bytes) -> None:
    # Whatever a file was called, what a client makes of it is acceptable.
    check_file_name(safe_file_name(text_of(data)))
    check_file_name(text_of(data))


def _saved_name(data: bytes) -> None:
    """Save two files of one name: neither is a path, an option or a device, nor the other."""
    taken: set[str] = set()
    names = [disk_name(text_of(data), taken) for _ in range(2)]
    for name in names:
        if not name or name[0] in "-.~ " or len(name.encode()) > 126:
            raise AssertionError("a name that a disk or a program takes for something else")
        if set(name) & set('/\\\0\n<>:"|?*%$`;&'):
            raise AssertionError("a name with a letter that means something elsewhere")
    if names[0].casefold() == names[1].casefold():
        raise AssertionError("two files of one name")


def _codename(data: bytes) -> None:
    contains_codename(text_of(data), ENGLISH)
    read_codename(text_of(data), ENGLISH, "english")


def _shown(data: bytes) -> None:
    """Show a foreign text: nothing in it steers a terminal."""
    text = text_of(data)
    for shown in (safe_line(text), ForeignText(text).cut(20)):
        if any(unicodedata.category(one) in _STEERING and one not in _HARMLESS for one in shown):
            raise AssertionError("a letter that steers a terminal is shown")


def _fingerprint(data: bytes) -> None:
    read_fingerprint(text_of(data))


def _server(data: bytes) -> None:
    origin = read_server(text_of(data))
    is_onion(origin)
    if read_server(origin) != origin:
        raise AssertionError("an origin that is not its own origin")


def _proxy(data: bytes) -> None:
    read_proxy(text_of(data))


def _fingerprints() -> Iterator[bytes]:
    yield fingerprint(bytes(range(32))).encode()


def _servers() -> Iterator[bytes]:
    yield b"https://tips.example.org:8443/"
    yield b"http://[::1]:8080"


def _proxies() -> Iterator[bytes]:
    yield b"socks5h://127.0.0.1:9050"
    yield b"socks5h://[::1]:9050"


_BAD_ADDRESS = (UsageError,)
TYPED = (
    Target("name", _name, 256, twin=True, vectors=True),
    Target("saved_name", _saved_name, 256, vectors=True),
    Target("codename", _codename, 256, twin=True, vectors=True),
    Target("fingerprint", _fingerprint, 256, twin=True, examples=_fingerprints, vectors=True),
    Target("shown_text", _shown, 256, vectors=True),
    Target("server_address", _server, 128, refusals=_BAD_ADDRESS, examples=_servers),
    Target("proxy_address", _proxy, 128, refusals=_BAD_ADDRESS, examples=_proxies),
)

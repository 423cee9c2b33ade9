"""A real browser for tests: Chromium, or Firefox.

    with Browser() as browser:                              or Browser("--jitless") and so on
        page = browser.open()                               a private window of its own
        page.goto("http://127.0.0.1:8080/en/")
        page.click(role="button", name="Start the report")  by what a person sees ...
        page.fill("#text", "words")                         ... or by selector
        page.upload("#files", [path])
        page.wait_text("Your report is stored")
        assert page.problems() == []                        nothing in the console, no dialog

A name that is not localhost, over plain http, so that the browser offers no `crypto.subtle`:

    Browser("--host-resolver-rules=MAP intake.test 127.0.0.1")

Firefox, and Firefox without what Tor Browser's level "Safer" takes away, at an address that it
takes for an onion service's:

    with Browser(kind="firefox") as browser: ...
    with Browser(kind="firefox", preferences=SAFER) as browser: page.goto(f"http://{ONION}:8080/")

In Firefox an `Exchange` tells no size, and `media`, `scripts`, `downloads`, `slow_line` are not
there.

A device with another clock: `browser.open(days_off=-5)`. One without a line: `page.offline(True)`.

`browser.memory()` is what all its processes hold together, each shared page counted once. A browser
keeps what it sends for whoever lists requests: `Browser(watched=False)` lists none.

`page.traffic()` lists every request with its status and the bytes of its body as they came over the
line; `page.axe()` what axe-core complains of. Chromium is the one that CHROMIUM names, else the
first found of Debian's and its relatives, and so it is with FIREFOX; Node is the one of this
environment.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import pytest

__all__ = [
    "ONION",
    "SAFER",
    "Browser",
    "BrowserError",
    "Exchange",
    "Kind",
    "Page",
    "find_browser",
    "needs",
]

Kind = Literal["chrome", "firefox"]

_HERE = Path(__file__).parent
_VARIABLES: dict[Kind, str] = {"chrome": "CHROMIUM", "firefox": "FIREFOX"}
_NAMES: dict[Kind, tuple[str, ...]] = {
    "chrome": ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    "firefox": ("firefox-esr", "firefox"),
}
_SECONDS = 60.0


ONION = "fidelio" + "a" * 49 + ".onion"
"""A name that `SAFER` leads to this machine, and takes for an onion service's."""

SAFER: Mapping[str, bool | str] = {
    # Security level "Safer".
    "javascript.options.ion": False,
    "javascript.options.baselinejit": False,
    "javascript.options.native_regexp": False,
    "javascript.options.asmjs": False,
    "javascript.options.wasm": False,
    # What Tor Browser has at every level.
    "privacy.resistFingerprinting": True,
    "browser.privatebrowsing.autostart": True,
    "browser.cache.disk.enable": False,
    "dom.serviceWorkers.enabled": False,
    "media.peerconnection.enabled": False,
    "dom.security.https_only_mode.upgrade_onion": False,
    "dom.securecontext.allowlist_onions": True,
    # Stands for Tor.
    "network.dns.blockDotOnion": False,
    "network.dns.localDomains": ONION,
}
"""Preferences that make Firefox as Tor Browser is at its level "Safer"."""


class BrowserError(AssertionError):
    """The browser did not do, or did not show, what was asked."""


@dataclass(frozen=True)
class Exchange:
    """One request and its answer; `body` counts bytes as they came over the line."""

    method: str
    url: str
    status: int
    body: int
    encoding: str
    headers: dict[str, str]


def find_browser(kind: Kind) -> str:
    """Return the path of a browser to drive."""
    wanted = os.environ.get(_VARIABLES[kind])
    for name in (wanted,) if wanted else _NAMES[kind]:
        found = shutil.which(name)
        if found:
            return found
    raise BrowserError(f"there is no {_NAMES[kind][0]} here: make browser")


def needs(kind: Kind) -> pytest.MarkDecorator:
    """Leave a test out, and say so, where this browser cannot be had."""
    found = any(map(shutil.which, (os.environ.get(_VARIABLES[kind], ""), *_NAMES[kind])))
    return pytest.mark.skipif(not found, reason=f"there is no {_NAMES[kind][0]} here")


def _find_node() -> str:
    beside = Path(sys.executable).with_name("node")
    found = str(beside) if beside.exists() else shutil.which("node")
    if not found:
        raise BrowserError("there is no node here: make setup")
    return found


class Browser:
    """A browser with a fresh profile, for the time of a `with` block."""

    def __init__(
        self,
        *flags: str,
        kind: Kind = "chrome",
        preferences: Mapping[str, bool | str] | None = None,
        watched: bool = True,
    ) -> None:
        self._flags = flags
        self._kind = kind
        self._preferences = dict(preferences or {})
        self._watched = watched
        self._numbers = count(1)

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [_find_node(), str(_HERE / "driver.mjs")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        launched = self.ask(
            "launch",
            kind=self._kind,
            executable=find_browser(self._kind),
            flags=self._flags,
            preferences=self._preferences,
            watched=self._watched,
        )
        self.version = str(launched["version"])
        # The browser's first process; the others descend from it.
        self._first_process = int(launched["process"])
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(timeout=_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def open(self, *, days_off: float = 0, script: str = "") -> "Page":
        """Open a private window; `script` runs before those of every page it shows."""
        if days_off:
            script = _clock_script(days_off) + script
        number = next(self._numbers)
        self.ask("open", page=number, script=script)
        return Page(self, number)

    def memory(self) -> int:
        """Bytes that all its processes hold together: the sum of their proportional set sizes.

        May be asked from another thread while a page is waited for.
        """
        return sum(map(_proportional_set_size, _descendants(self._first_process)))

    def ask(self, action: str, **arguments: object) -> Any:
        """Have the driver do something, and return what it gives back."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        request = {"id": next(self._numbers), "do": action, **arguments}
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise BrowserError(f"the browser is gone at: {action}")
        answer = json.loads(line)
        if "error" in answer:
            raise BrowserError(f"{action}: {answer['error']}")
        return answer["value"]


class Page:
    """A window. Whatever it is asked to find it waits for, up to `seconds`."""

    def __init__(self, browser: Browser, number: int) -> None:
        self._browser = browser
        self._number = number

    def _ask(self, action: str, **arguments: object) -> Any:
        return self._browser.ask(action, page=self._number, **arguments)

    def close(self) -> None:
        """Close the window."""
        self._ask("close")

    # ---- where it is ---------------------------------------------------------------------------

    def goto(self, url: str) -> int:
        """Open an address; returns the status of the answer."""
        return int(self._ask("goto", url=url))

    def reload(self) -> int:
        """Load the page again."""
        return int(self._ask("reload"))

    def back(self) -> None:
        """Use the browser's way back."""
        self._ask("back")

    def wait_idle(self, milliseconds: int = 500) -> None:
        """Wait until nothing was loaded for so long."""
        self._ask("idle", milliseconds=milliseconds)

    def url(self) -> str:
        """The address shown."""
        return str(self._ask("url"))

    def title(self) -> str:
        """The title of the tab."""
        return str(self._ask("title"))

    def viewport(self, width: int, height: int = 800) -> None:
        """Make the window so large, in pixels; below 600 it is a phone's."""
        self._ask("viewport", width=width, height=height)

    def media(self, **features: str) -> None:
        """Prefer something, as in `media(prefers_color_scheme="dark")`."""
        named = [{"name": k.replace("_", "-"), "value": v} for k, v in features.items()]
        self._ask("media", features=named)

    def scripts(self, on: bool) -> None:
        """Switch JavaScript off, or on, for the pages opened from now on."""
        self._ask("scripts", on=on)

    def downloads(self, folder: Path) -> None:
        """Save what is downloaded into a folder, under the names that the page gives."""
        self._ask("downloads", folder=str(folder))

    def offline(self, on: bool) -> None:
        """Cut the line, or mend it."""
        self._ask("offline", on=on)

    def slow_line(self, rate: int) -> None:
        """Let no more than so many bytes a second through; 0 lets all through again."""
        self._ask("slow", rate=rate)

    # ---- what a person does --------------------------------------------------------------------

    def click(
        self, selector: str = "", *, role: str = "", name: str = "", seconds: float = _SECONDS
    ) -> None:
        """Click what has this selector, or this role and accessible name."""
        self._ask("click", selector=selector or _aria(role, name), timeout=seconds * 1000)

    def fill(self, selector: str, text: str, *, seconds: float = _SECONDS) -> None:
        """Put a text into a field, in place of what is there."""
        self._ask("fill", selector=selector, text=text, timeout=seconds * 1000)

    def type(self, text: str) -> None:
        """Type key by key into what has the focus."""
        self._ask("type", text=text)

    def press(self, key: str) -> None:
        """Press a key by its name, as in `Tab` or `Escape`."""
        self._ask("press", key=key)

    def upload(
        self, selector: str, paths: Iterable[Path | str], *, seconds: float = _SECONDS
    ) -> None:
        """Choose files in a file field."""
        chosen = [str(path) for path in paths]
        self._ask("upload", selector=selector, paths=chosen, timeout=seconds * 1000)

    # ---- what a person sees --------------------------------------------------------------------

    def text(self, selector: str = "body", *, seconds: float = _SECONDS) -> str:
        """The visible text of the first element found."""
        return str(self._ask("text", selector=selector, timeout=seconds * 1000))

    def texts(self, selector: str) -> list[str]:
        """The visible texts of all elements that are there now."""
        return [str(text) for text in self._ask("texts", selector=selector)]

    def wait_for(
        self, selector: str = "", *, role: str = "", name: str = "", seconds: float = _SECONDS
    ) -> None:
        """Wait until something can be seen."""
        self._ask("wait", selector=selector or _aria(role, name), timeout=seconds * 1000)

    def wait_text(self, text: str, *, seconds: float = _SECONDS) -> None:
        """Wait until a text can be seen anywhere."""
        self._ask("wait_text", text=text, timeout=seconds * 1000)

    def evaluate(self, script: str) -> Any:
        """The value of an expression in the page; a promise is waited for."""
        return self._ask("evaluate", script=script)

    def screenshot(self, path: Path | str, *, full: bool = True) -> None:
        """Write a picture of the page as PNG."""
        self._ask("screenshot", path=str(path), full=full)

    # ---- what a person does not see ------------------------------------------------------------

    def problems(self) -> list[str]:
        """Errors in the console, errors of scripts, and dialogs, since last asked."""
        return [str(problem) for problem in self._ask("problems")]

    def traffic(self) -> list[Exchange]:
        """Every request since the window was opened, or since `forget_traffic`."""
        return [
            Exchange(
                entry["method"],
                entry["url"],
                entry["status"],
                entry["body"],
                entry["encoding"],
                entry.get("headers", {}),
            )
            for entry in self._ask("traffic")
        ]

    def forget_traffic(self) -> None:
        """Begin the list of requests anew."""
        self._ask("forget_traffic")

    def axe(self) -> list[dict[str, Any]]:
        """What axe-core complains of: `id`, `impact`, `help`, `nodes`."""
        return list(self._ask("axe"))


def _descendants(process: int) -> Iterator[int]:
    """A process and all that came from it, as long as they live."""
    yield process
    for children in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(OSError):
            for child in children.read_text().split():
                yield from _descendants(int(child))


def _proportional_set_size(process: int) -> int:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0  # It has just ended.
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def _aria(role: str, name: str) -> str:
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    parts = (f'[name="{quoted}"]' if name else "") + (f'[role="{role}"]' if role else "")
    return f"::-p-aria({parts})"


def _clock_script(days: float) -> str:
    return f"""{{
        const Real = Date, off = {days} * 86400000;
        const now = () => Real.now() + off;
        globalThis.Date = class extends Real {{
            constructor(...given) {{ given.length ? super(...given) : super(now()); }}
            static now() {{ return now(); }}
        }};
    }}"""

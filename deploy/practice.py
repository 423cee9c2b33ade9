"""A practice office on this machine, for trying things out: made once, kept alive, served.

Everything lies in `practice/`, which git ignores: the office with its vaults, the passphrases
beside it (each in a file of its own that only its owner can read), and the data of the server.
All of it is done by the real commands. Never send it anything real: who has this folder reads all.

    make run                        http://127.0.0.1:8080
    make run ARGS="--port 8081"     another port, up to 8083
"""

import argparse
import json
import os
import secrets
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from crypto.word_lists import word_list
from ground.disk.durable import open_private

ROOT = Path(__file__).resolve().parent.parent
COMMANDS = Path(sys.executable).parent
# What people type is relative to the project's folder.
PRACTICE = Path("practice")
OFFICE = PRACTICE / "office"
DATA = PRACTICE / "data"
RECIPIENTS = {"investigations": "Investigations", "oversight": "Oversight board"}
RECIPIENTS_RU = {"investigations": "Следственный отдел", "oversight": "Наблюдательный совет"}
PORTS = range(8080, 8084)
HOSTS = ("127.0.0.1", "localhost")
NAMES = ("Practice office", "ru=Учебное ведомство")
CONTACTS = ("This is a practice office. A real one names its other ways to report here.",)
# The age from which on an office's own commands issue a new directory too.
RENEW_AFTER = timedelta(days=7)
# A server takes nothing once a report waits too long to be fetched: 30 days after its week's end.
FETCH_AFTER = timedelta(days=6 + 30)
# Seconds that the machine slept are not counted, so it must not take long to see a new day.
LOOK_EVERY_SECONDS = 15
TRY_AGAIN_SECONDS = 600
WORDS_A_PASSPHRASE = 6


def main() -> int:
    """Make or renew the office, then serve it until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="make run", description=__doc__.partition("\n")[0])
    parser.add_argument("--port", type=int, choices=PORTS, default=PORTS[0])
    port = parser.parse_args().port
    os.chdir(ROOT)
    if not _is_free(port):
        print(f"error: something else is listening on port {port}", file=sys.stderr)
        print(f'hint: stop it, or: make run ARGS="--port {PORTS[1]}"', file=sys.stderr)
        return 1
    if not OFFICE.exists():
        _make_office()
    if not DATA.exists() or _status()["directory"] is None:
        _begin_serving_it()
    _introduce_the_server()
    _renew_and_fetch()
    return _serve(port)


def passphrase_file(name: str) -> Path:
    """Return the file that holds the practice passphrase of a vault, or of the root."""
    return PRACTICE / f"{name}.practice-passphrase"


def _make_office() -> None:
    print("Making a practice office…", flush=True)
    PRACTICE.mkdir(mode=0o700, exist_ok=True)
    for name in ("root", *RECIPIENTS):
        _write_passphrase(passphrase_file(name))
    recipients = [f"{name}={title}" for name, title in RECIPIENTS.items()]
    recipients += [f"{name}:ru={title}" for name, title in RECIPIENTS_RU.items()]
    addresses = [f"http://{host}:{port}" for port in PORTS for host in HOSTS]
    arguments = ["--name", *NAMES, "--address", *addresses]
    arguments += ["--recipient", *recipients, "--contact", *CONTACTS]
    _caseworker(["office", "create", str(OFFICE), *arguments], ["root", *RECIPIENTS])


def _begin_serving_it() -> None:
    sheet = (OFFICE / "fingerprint.txt").read_text()
    digits = "".join(letter for letter in sheet if letter.isdigit())[:80]
    bundle = str(OFFICE / "first.bundle")
    _run(["intake", "import", "--data", str(DATA), "--fingerprint", digits, bundle])


def _introduce_the_server() -> None:
    """Let the vault that signs the directory know the server, so that what this says is believed.

    In an office a person compares the digits; here both lie on one machine.
    """
    server = _status()["server"]
    if server["standing"] == "nobody":
        _fetch(next(iter(RECIPIENTS)), "--server", server["fingerprint"])


def _write_passphrase(path: Path) -> None:
    words = " ".join(secrets.choice(word_list("english")) for _ in range(WORDS_A_PASSPHRASE))
    path.unlink(missing_ok=True)
    with open_private(path) as file:
        file.write(f"{words}\n".encode())


def _renew_and_fetch() -> None:
    """Do by the real commands what an office's people do in time: renew, and fetch what waits."""
    status = _status()
    today = _today()
    if today >= date.fromisoformat(status["directory"]["issued"]) + RENEW_AFTER:
        _renew()
    for waiting in status["waiting"]:
        weeks = [*waiting["envelopes"], *waiting["chunks"]]
        if any(today >= date.fromisoformat(week) + FETCH_AFTER for week in weeks):
            _fetch(waiting["recipient"])


def _today() -> date:
    return datetime.now(UTC).date()


def _renew() -> None:
    """Renew cards, delegation and directory."""
    print("Renewing the practice office…", flush=True)
    # The order that the help says: the vaults by name, then the root.
    renewed = _caseworker(["office", "renew", str(OFFICE), "--json"], [*sorted(RECIPIENTS), "root"])
    bundles: dict[str, Any] = json.loads(renewed)["bundles"]
    for bundle in bundles.values():
        _run(["intake", "import", "--data", str(DATA), str(bundle)])


def _fetch(recipient: str, *introduction: str) -> None:
    """Bring a vault what has waited for it, so that the server goes on taking reports."""
    print(f"Fetching what waited for {recipient}…", flush=True)
    vault = str(OFFICE / "vaults" / recipient)
    with tempfile.TemporaryDirectory(dir=PRACTICE) as stick:
        inbound, outbound = f"{stick}/in.bundle", f"{stick}/out.bundle"
        to = ["--recipient", recipient, "--out", inbound]
        _run(["intake", "export", "--data", str(DATA), *to])
        _caseworker(["import", vault, inbound, *introduction], [recipient])
        _caseworker(["export", vault, "--out", outbound], [recipient])
        _run(["intake", "import", "--data", str(DATA), outbound])


def _status() -> dict[str, Any]:
    status: dict[str, Any] = json.loads(_run(["intake", "status", "--data", str(DATA), "--json"]))
    return status


def _caseworker(arguments: list[str], passphrases: list[str]) -> str:
    reading, writing = os.pipe()
    with os.fdopen(writing, "w") as file:
        file.writelines(passphrase_file(name).read_text() for name in passphrases)
    try:
        given = ["--passphrase-fd", str(reading)]
        return _run(["caseworker", *arguments, *given], pass_fds=(reading,))
    finally:
        os.close(reading)


def _run(command: list[str], pass_fds: tuple[int, ...] = ()) -> str:
    """Return what a command prints; end where it fails: it has said why."""
    program = str(COMMANDS / command[0])
    done = subprocess.run(  # noqa: S603 -- the project's own commands
        [program, *command[1:]],
        # Nobody sits here to answer a question.
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        pass_fds=pass_fds,
        check=False,
    )
    if done.returncode:
        print(f"hint: to begin anew, move the folder {PRACTICE} away", file=sys.stderr)
        raise SystemExit(done.returncode)
    return done.stdout


def _serve(port: int) -> int:
    """Serve, and look on each new day whether the office has to be kept alive."""
    where = ["--data", str(DATA), "--listen", f"127.0.0.1:{port}"]
    command = [str(COMMANDS / "intake"), "serve", *where]
    server = subprocess.Popen(command)  # noqa: S603 -- the project's own
    signal.signal(signal.SIGTERM, lambda *_: server.terminate())
    # Ctrl-C reaches the server as well, which ends; then this does.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    print(_instructions(port), flush=True)
    ended = select.poll()
    ended.register(os.pidfd_open(server.pid), select.POLLIN)
    looked, again = _today(), 0.0
    while not ended.poll(1000 * LOOK_EVERY_SECONDS):
        if _today() == looked or time.monotonic() < again:
            continue
        try:
            _renew_and_fetch()
            looked = _today()
        except SystemExit:
            # Somebody may be at work in a vault. It has been said why; the server goes on.
            again = time.monotonic() + TRY_AGAIN_SECONDS
    return server.wait()


def _is_free(port: int) -> bool:
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _instructions(port: int) -> str:
    passphrase = f"--passphrase-fd 3 3< {passphrase_file('investigations').name}"
    return f"""
The practice office is at http://127.0.0.1:{port}/   (Ctrl-C ends it)

Write a report there, keep its codename. Then, in another terminal, in this folder:

  export PATH="$PWD/.venv/bin:$PATH"; cd {PRACTICE}; V=office/vaults/investigations
  intake export --data data --recipient investigations --out in.bundle
  caseworker import $V in.bundle {passphrase}
  caseworker list $V {passphrase}
  caseworker show $V 1 {passphrase}
  caseworker acknowledge $V --all-new {passphrase}
  caseworker reply $V 1 {passphrase}
  caseworker export $V --out out.bundle {passphrase}
  intake import --data data out.bundle

and read the reply at http://127.0.0.1:{port}/en/replies/ with the codename.
The other recipient is "oversight"; each vault's passphrase lies beside it in {PRACTICE}/.
It is for practice only: whoever has this folder can read everything sent to it.
"""


if __name__ == "__main__":
    sys.exit(main())

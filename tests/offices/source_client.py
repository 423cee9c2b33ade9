"""`intake report` and `intake replies` as a script runs them, and servers for them to meet.

`OfficeServer` is no stand-in for the real server, which other tests use: it lies, breaks off and
keeps what was sent, byte for byte, so that a test can look at what a client did.
"""

import hashlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from crypto.chain_keys import next_chain_key
from crypto.chunks import chunk_id
from crypto.days import week_of, weeks
from crypto.directory import Policy, fingerprint
from crypto.form import form_hash
from crypto.names import Day, Week
from crypto.office.chunks import open_file
from crypto.office.envelope import IntakeSecret, OpenedEnvelope, open_envelope
from crypto.office.replies import ReplyTo, new_reply_id, seal_reply
from crypto.payload import Attachment, TextRest
from crypto.public_keys import key_hash
from crypto.sizes import RECORD_SIZE
from crypto.volumes import Volume, encode_volumes, volume_of
from tests.means.repository import REPOSITORY
from tests.offices.signed_office import POLICY, PracticeOffice

SECONDS = 120.0


def today() -> Day:
    """The day, as a client has it."""
    return Day(int(time.time() // 86_400))


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str
    codename: str


class Source:
    """Somebody with this client, a state folder, and an office to write to."""

    def __init__(self, folder: Path, server: str, office: PracticeOffice | None) -> None:
        self.folder = folder
        self.state = folder / "state"
        self.server = server
        self.office = office

    def file(self, name: str, data: bytes) -> Path:
        """A file of the person's."""
        path = self.folder / name
        path.write_bytes(data)
        return path

    def report(self, *arguments: object, text: str | None = "It happened.") -> Done:
        """Report with a script's means; the codename is in the result."""
        if text is not None:
            arguments = ("--text-file", self.file("text.txt", text.encode()), *arguments)
        return self.run("report", *arguments)

    def replies(self, codename: str, *arguments: object) -> Done:
        """Read replies, or follow up."""
        return self.run("replies", *arguments, codename=codename)

    def resume(self, codename: str, *arguments: object) -> Done:
        """Go on with what was not stored."""
        return self.run("report", "--resume", *arguments, codename=codename)

    def run(
        self,
        command: str,
        *arguments: object,
        codename: str | None = None,
        environment: Mapping[str, str] | None = None,
        prelude: str = "",
    ) -> Done:
        """Run a command to its end."""
        with self.started(
            command, *arguments, codename=codename, environment=environment, prelude=prelude
        ) as process:
            out, err = process.communicate(timeout=SECONDS)
        return Done(process.returncode, out, err, self.codename())

    @contextmanager
    def started(
        self,
        command: str,
        *arguments: object,
        codename: str | None = None,
        environment: Mapping[str, str] | None = None,
        prelude: str = "",
    ) -> Iterator["subprocess.Popen[str]"]:
        """A command on its way; `prelude` is Python that runs before it."""
        line = [command, "--server", self.server, "--state", self.state, "--language", "en"]
        if self.office and not self.state.exists():
            line += ["--fingerprint", fingerprint(self.office.genesis_id)]
        path = self.folder / "codename"
        if codename is not None:
            path.write_text(codename + "\n")
        flags = os.O_RDONLY if codename is not None else os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        descriptor = os.open(path, flags, 0o600)
        # Who sends a sealed file knows no codename.
        line += arguments if command == "send" else ["--codename-fd", descriptor, *arguments]
        program = f"{prelude}\nimport sys\nfrom intake.cli import main\nsys.exit(main())"
        process = subprocess.Popen(
            [sys.executable, "-c", program, *map(str, line)],
            cwd=REPOSITORY,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=(descriptor,),
            text=True,
            start_new_session=True,
        )
        os.close(descriptor)
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()

    def codename(self) -> str:
        """What the last command wrote to its descriptor, or was given there."""
        return (self.folder / "codename").read_text().strip()

    def unsent(self) -> list[Path]:
        """The folders of messages that are not stored yet."""
        return sorted(self.state.glob("*/unsent-*"))


def open_message(
    office: PracticeOffice, envelope: bytes, recipient_id: str = "main"
) -> OpenedEnvelope:
    """Open an envelope as a recipient does."""
    recipient = office.recipient(recipient_id)
    week = week_of(today())
    secrets = [
        IntakeSecret(near, recipient.intake_secret(near))
        for near in weeks(Week(week - 2), Week(week + 6))
    ]
    return open_envelope(envelope, office.genesis_id, recipient_id, secrets)


def file_bytes(file: Attachment | TextRest, chunks: Mapping[bytes, bytes]) -> bytes:
    """Open a file of a message, checking all that a recipient checks."""
    stored = (chunks[chunk_id(file.key, index)] for index in range(file.chunks))
    return b"".join(open_file(file.key, file.size, file.hash, stored))


@dataclass
class Put:
    """One PUT as it came: path, headers, body."""

    path: str
    headers: dict[str, str]
    body: bytes


Answer = Callable[[int, Put], int | None]


@dataclass
class OfficeServer:
    """A server that says what a test wants, and keeps what it gets.

    `board` holds the records of its board by the week of their volume. `answer` is given the number
    of each PUT, from 0, and the PUT; it returns the status, or None to break off without a word,
    though the bytes are kept. `break_off` says how often the answer to a GET of a path breaks off;
    `altered` is what a volume ends with instead of its own bytes.
    """

    office: PracticeOffice
    answer: Answer = lambda _number, _put: 204
    document: bytes | None = None
    day: int = field(default_factory=today)
    closed: Mapping[str, str] = field(default_factory=dict)
    board: dict[Week, list[bytes]] = field(default_factory=dict)
    code: str = "full"
    break_off: dict[str, int] = field(default_factory=dict)
    altered: bytes = b""
    gets: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    puts: list[Put] = field(default_factory=list)

    def envelopes(self) -> list[bytes]:
        """The envelopes that came, each once."""
        return list({p.body: 0 for p in self.puts if p.path.startswith("/v1/envelopes/")})

    def chunks(self) -> dict[bytes, bytes]:
        """The chunks that came, by id."""
        prefix = "/v1/chunks/"
        return {
            bytes.fromhex(put.path.removeprefix(prefix)): put.body
            for put in self.puts
            if put.path.startswith(prefix)
        }

    def get(self, path: str) -> bytes | None:
        """What a GET is answered with."""
        if path == "/v1/directory":
            return self.document or self.office.document()
        if path == "/v1/status":
            return json.dumps(
                {"day": self.day, "envelopes": self._state("envelopes")}
                | {"chunks": self._state("chunks")}
            ).encode()
        if path == "/v1/board":
            return encode_volumes(
                Volume(week, len(volume) // RECORD_SIZE, hashlib.sha256(volume).digest())
                for week, volume in self.volumes().items()
            )
        for volume in self.volumes().values():
            if path == f"/v1/board/{hashlib.sha256(volume).hexdigest()}":
                return volume[: len(volume) - len(self.altered)] + self.altered
        if path == f"/v1/forms/{form_hash(self.office.form).hex()}":
            return self.office.form
        keys = {f"/v1/keys/{key_hash(key).hex()}": key for key in self.office.directory_keys()}
        return keys.get(path)

    def volumes(self) -> dict[Week, bytes]:
        """The volumes of its board, the newest first."""
        return {week: volume_of(self.board[week]) for week in sorted(self.board, reverse=True)}

    def put_on_board(self, records: Iterable[bytes], week: Week | None = None) -> None:
        """Have records on the board, as if taken in a week (this one)."""
        self.board.setdefault(week_of(today()) if week is None else week, []).extend(records)

    def _state(self, what: str) -> dict[str, object]:
        reason = self.closed.get(what)
        return {"open": False, "reason": reason} if reason else {"open": True}


@contextmanager
def office_server(server: OfficeServer, port: int) -> Iterator[OfficeServer]:
    """Let a server answer on a port of this machine."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            server.gets.append((self.path, dict(self.headers.items())))
            body = server.get(self.path)
            if body and server.break_off.get(self.path, 0):
                server.break_off[self.path] -= 1
                self._break_off(body)
                return
            self._answer(*((404, b"{}") if body is None else (200, body)))

        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            put = Put(self.path, dict(self.headers.items()), body)
            with lock:
                number = len(server.puts)
                server.puts.append(put)
            status = server.answer(number, put)
            if status is None:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            error = json.dumps({"error": server.code}).encode()
            self._answer(status, b"" if status == 204 else error)

        def _break_off(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2])
            self.wfile.flush()
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

        def log_message(self, *_arguments: object) -> None:
            pass

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            if status != 204:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    http = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    http.daemon_threads = True
    thread = threading.Thread(target=http.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


def replies_to(
    office: PracticeOffice,
    opened: OpenedEnvelope,
    text: str,
    *,
    recipient_id: str = "main",
    kind: str = "reply",
    index: int = 0,
    reply_id: bytes = b"",
) -> list[bytes]:
    """The records of the reply of a recipient to a message that it opened, from an index on.

    `reply_id` (16 bytes) is a fresh one unless given.
    """
    payload = opened.payload
    sealed = seal_reply(
        to=ReplyTo(
            thread_id=opened.thread_id,
            recipients=tuple(recipient.id for recipient in payload.recipients),
            set_token=payload.set_token,
        ),
        chain=next_chain_key(opened.slot.chain, office.genesis_id, index),
        index=index,
        signer=office.recipient(recipient_id).signing,
        genesis_id=office.genesis_id,
        recipient_id=recipient_id,
        kind=kind,
        reply_id=reply_id or new_reply_id(),
        day=today(),
        text=text,
    )
    return list(sealed.records)


Meeting = tuple[Source, OfficeServer, int]


def meet(folder: Path, policy: Policy = POLICY) -> Meeting:
    """A source, a server that does what a test says, and the port to start it on."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    office = PracticeOffice.create(today(), address=address, policy=policy)
    return Source(folder, address, office), OfficeServer(office), port

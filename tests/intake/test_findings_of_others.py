"""What was found in like projects is not so here: `findings_of_others.py` has the list."""

import ast
import asyncio
import hashlib
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from crypto.codename import new_codename
from crypto.directory import read_directory
from crypto.envelope import Message, SealTo, new_message_id, seal_envelope
from crypto.errors import Malformed, ProtocolError
from crypto.hpke import new_kem_secret_key
from crypto.names import Day, FormHash, GenesisId, Week
from crypto.office.envelope import IntakeSecret, open_envelope
from crypto.sizes import CHUNK_SIZE, ENVELOPE_SIZE
from crypto.source_keys import derive_source_keys
from crypto.strict_json import parse_json
from tests.intake.findings_of_others import FINDINGS, Finding
from tests.means.repository import REPOSITORY
from tests.offices.server_process import ServerProcess, client, serving, succeed, wait_for_slots
from tests.offices.signed_office import POLICY, PracticeOffice

TESTS = REPOSITORY / "tests"
WEEK, GENESIS_ID = 3000, bytes(range(32))


# ---- The list ------------------------------------------------------------------------------------


def docstring_of(test: str) -> str:
    """The docstring of a test that the list names; fails where there is no such test."""
    path, _, name = test.partition("::")
    for node in ast.parse((TESTS / path).read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name:
            return " ".join((ast.get_docstring(node) or "").split())
    raise AssertionError(f"there is no test {test}")


@pytest.mark.parametrize("finding", FINDINGS, ids=lambda finding: finding.named)
def test_each_finding_has_tests_that_name_it_or_a_reason(finding: Finding) -> None:
    """In the words of the list, so that whoever changes the test knows what it is for."""
    assert bool(finding.tests) != bool(finding.reason)
    for test in finding.tests:
        assert f"Finding: {finding.named}." in docstring_of(test), test


def test_whatever_a_test_says_it_is_for_is_in_the_list() -> None:
    """And no finding is there twice."""
    names = [finding.named for finding in FINDINGS]
    assert len(names) == len(set(names))
    for path in TESTS.rglob("test_*.py"):
        text = " ".join(path.read_text().split())
        for said in re.findall(r"Finding: ([A-Z][\w. -]+|[a-z-]+), ([^.\"]+?)\.", text):
            assert any(f"{said[0]}, {said[1]}" in name for name in names), (path, said)


# ---- The server ----------------------------------------------------------------------------------


async def raw(server: ServerProcess, request: bytes) -> bytes:
    """All that is answered to these bytes."""
    host, port = server.address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request)
    try:
        async with asyncio.timeout(10):
            return await reader.read()
    finally:
        writer.close()


@pytest.mark.parametrize(
    "path",
    [
        "/<b>canary</b>",
        "/canary%0Acanary",
        "/canary\tcanary",
        "/v1/canary",
        "/v1/keys/canary?canary",
        "/%1b]0;canary%07",
    ],
)
@pytest.mark.parametrize("method", ["GET", "PUT", "POST"])
async def test_a_request_s_path_is_repeated_nowhere(
    shared_server: ServerProcess, method: str, path: str
) -> None:
    """Neither in the answer nor in the log.

    Finding: OnionShare, OTF-001 request path shown as rich text.
    Finding: OnionShare, newline in a path of the history.
    """
    head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    assert b"canary" not in await raw(shared_server, head.encode())
    assert "canary" not in shared_server.log()


async def test_nothing_in_a_request_makes_the_server_take_anything_else(
    shared_server: ServerProcess,
) -> None:
    """No header, query or form: an upload is one whole envelope or chunk, or it is refused.

    Finding: Hush Line, a request's flag skipped encryption.
    """
    flags = "client_side_encrypted=true&encrypted=0&plain=1"
    for kind, body in (("envelopes", b"message=plain text"), ("chunks", b"x" * 1000)):
        name = hashlib.sha256(body).hexdigest()
        for method in ("PUT", "POST"):
            head = (
                f"{method} /v1/{kind}/{name}?{flags} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                "Content-Type: application/x-www-form-urlencoded\r\nX-Encrypted: true\r\n"
                f"Content-Length: {len(body)}\r\n\r\n"
            )
            answer = await raw(shared_server, head.encode() + body)
            assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 405", b"HTTP/1.1 411"))


async def test_an_empty_request_makes_nothing(server: ServerProcess) -> None:
    """No file, folder or row, whatever the method.

    Finding: OnionShare, empty POST made folders.
    """
    wait_for_slots(server)
    before = {path.relative_to(server.data) for path in server.data.rglob("*")}
    for method in ("POST", "PUT", "GET"):
        for path in ("/", "/v1/envelopes/" + "00" * 32, "/v1/chunks/" + "00" * 32, "/new/folder"):
            head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
            answer = await raw(server, head.encode() + b"Content-Length: 0\r\n\r\n")
            assert not answer.startswith(b"HTTP/1.1 204")
    assert {path.relative_to(server.data) for path in server.data.rglob("*")} == before
    assert "0 held" in succeed("status", "--data", server.data)


async def test_no_chunk_is_taken_where_files_are_switched_off(
    server: ServerProcess, office: PracticeOffice, today: Day, tmp_path: Path
) -> None:
    """Whatever the client does; texts are taken.

    Finding: OnionShare, upload accepted though files were disabled.
    """
    without = office.with_directory(policy=replace(POLICY, max_chunks=0))
    (tmp_path / "bundle").write_bytes(without.outbound("main", today))
    succeed("import", "--data", server.data, tmp_path / "bundle")
    async with client(server) as http:
        async with http.get("/v1/status") as answer:
            assert (await answer.json())["chunks"] == {"open": False, "reason": "full"}
        chunk, envelope = os.urandom(CHUNK_SIZE), os.urandom(ENVELOPE_SIZE)
        async with http.put(f"/v1/chunks/{'ab' * 32}", data=chunk) as answer:
            assert answer.status == 503
        name = hashlib.sha256(envelope).hexdigest()
        async with http.put(f"/v1/envelopes/{name}", data=envelope) as answer:
            assert answer.status == 204


async def test_nobody_outside_can_count_what_is_stored(data: Path) -> None:
    """What is answered to everyone is the same with nothing there and with much.

    Finding: several, stored messages counted from outside.
    """
    asked = ["/v1/status", "/v1/directory", "/v1/board", "/", "/v1/envelopes/" + "00" * 32]
    with serving(data) as server:
        answers = []
        for _ in range(2):
            answers.append(
                [
                    await raw(server, f"{m} {path} HTTP/1.1\r\nConnection: close\r\n\r\n".encode())
                    for path in asked
                    for m in ("GET", "HEAD", "OPTIONS")
                ]
            )
            async with client(server) as http:
                for _ in range(20):
                    body = os.urandom(ENVELOPE_SIZE)
                    name = hashlib.sha256(body).hexdigest()
                    async with http.put(f"/v1/envelopes/{name}", data=body) as answer:
                        assert answer.status == 204
    assert answers[0] == answers[1]


# ---- The rooms -----------------------------------------------------------------------------------


def names_used(room: str) -> set[str]:
    """Every module imported and every attribute used in a room."""
    found: set[str] = set()
    for path in (REPOSITORY / room).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                found |= {f"{node.module}.{alias.name}" for alias in node.names} | {
                    str(node.module)
                }
            elif isinstance(node, ast.Attribute):
                found.add(node.attr)
    return found


def test_the_server_s_rooms_have_nothing_to_fetch_with() -> None:
    """No address that anyone sends is ever asked for anything.

    Finding: Hush Line, V-001 blind SSRF.
    """
    fetching = re.compile(
        r"ClientSession|urlopen|urllib\.request|http\.client|create_connection|open_connection"
    )
    for room in ("intake/server", "intake/storage", "intake/exchange"):
        used = names_used(room)
        assert used
        assert not [name for name in used if fetching.search(name)]


def test_no_room_has_anything_that_looks_into_an_image() -> None:
    """There are no previews: what a source sent is saved as bytes, and opened elsewhere.

    Finding: OnionShare, OTF-014 image bomb in a preview.
    Finding: Dangerzone, parsers of documents taken over.
    Finding: several, an image bomb in a preview.
    """
    looking = re.compile(r"^(PIL|cv2|fitz|pypdf|magic|zipfile|lzma|bz2|xml|docx)\b")
    for room in ("caseworker", "intake/server", "intake/storage", "intake/exchange"):
        assert not [name for name in names_used(room) if looking.search(name)]


def test_no_page_and_no_template_makes_markup_of_a_text() -> None:
    """Text is set as text; what a template is given is escaped.

    Finding: Hush Line, stored XSS in the inbox by |safe.
    """
    pages = [p for p in (REPOSITORY / "intake/web").rglob("*.ts") if "dist" not in p.parts]
    templates = [p for p in (REPOSITORY / "intake/site/templates").rglob("*") if p.is_file()]
    assert pages
    assert templates
    for path in pages:
        markup = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment"
        assert not re.search(markup, path.read_text()), path
    for path in templates:
        # The offline page holds this project's own program and style, which are no texts.
        own = re.sub(r"\{\{ (?:style|script) \| safe \}\}", "", path.read_text())
        assert not re.search(r"\|\s*safe|autoescape\s+false|Markup", own), path
    assert "autoescape=True" in (REPOSITORY / "intake/site/build.py").read_text()


# ---- The protocol --------------------------------------------------------------------------------


def sealed(genesis_id: GenesisId, to: dict[str, IntakeSecret], text: str) -> bytes:
    """An envelope of a new source."""
    message = Message(
        kind="report",
        message_id=new_message_id(),
        day=Day(7 * WEEK),
        language="en",
        client="tests",
        delegation=1,
        sequence=1,
        form=FormHash(bytes(32)),
        text=text,
    )
    source = derive_source_keys(new_codename(), genesis_id)
    return seal_envelope(
        message,
        source,
        [
            SealTo(name, secret.key.public_key, secret.week, signing_key=bytes(32))
            for name, secret in to.items()
        ],
    )


@pytest.fixture(scope="module")
def secrets_of() -> dict[str, IntakeSecret]:
    """Intake keys of two recipients."""
    return {name: IntakeSecret(Week(WEEK), new_kem_secret_key()) for name in ("board", "main")}


def test_a_body_swapped_for_that_of_another_envelope_is_refused(
    secrets_of: dict[str, IntakeSecret],
) -> None:
    """Wherever the two are cut and joined.

    Finding: several, swapped ciphertexts.
    """
    one, other = (sealed(GenesisId(GENESIS_ID), secrets_of, text) for text in ("one", "other"))
    for cut in (17, 33, 33 + 1168, 33 + 4 * 1168, ENVELOPE_SIZE - 16):
        with pytest.raises(ProtocolError):
            open_envelope(
                one[:cut] + other[cut:], GenesisId(GENESIS_ID), "main", [secrets_of["main"]]
            )


def test_an_envelope_relayed_to_another_office_does_not_open_there(
    secrets_of: dict[str, IntakeSecret],
) -> None:
    """Even if that office has the very same key: its identity is bound into every slot.

    Finding: several, relaying between two offices.
    """
    envelope = sealed(GenesisId(GENESIS_ID), secrets_of, "for this office alone")
    opened = open_envelope(envelope, GenesisId(GENESIS_ID), "main", [secrets_of["main"]])
    assert opened.payload.text == "for this office alone"
    with pytest.raises(ProtocolError):
        open_envelope(envelope, GenesisId(bytes(32)), "main", [secrets_of["main"]])


def test_a_directory_without_one_of_its_recipients_is_refused(
    office: PracticeOffice,
) -> None:
    """The server can leave nobody out, and put nobody in another's place: it is signed whole.

    Finding: several, a recipient left out by the server.
    """
    document = office.document()
    for name, put in ((b'"board"', b'"boarc"'), (b'"main"', b'"board"')):
        assert name in document
        with pytest.raises(ProtocolError):
            read_directory(document.replace(name, put), office.genesis_id)
    left_out = replace(office, recipients=office.recipients[1:]).with_directory(sequence=1)
    forged = office.document()[:-64] + left_out.document()[-64:]
    with pytest.raises(ProtocolError):
        read_directory(forged, office.genesis_id)


@pytest.mark.parametrize(
    "text", [b'{"a":1,"a":1}', b'{"a":1,"b":2,"a":3}', b'{"a":{"b":1,"b":2}}', b'[{"a":1,"a":2}]']
)
def test_one_key_twice_is_refused_by_every_reader(text: bytes) -> None:
    """Two readers that take different ones of the two would read different reports.

    Finding: several, duplicate JSON keys.
    """
    with pytest.raises(Malformed):
        parse_json(text)


def test_a_codename_has_80_bits_of_chance() -> None:
    """Each of them both ways in a few draws, and no draw twice.

    Finding: GlobaLeaks, receipts of 53 bits.
    """
    drawn = [int.from_bytes(new_codename().bits, "big") for _ in range(200)]
    assert len(set(drawn)) == 200
    ones, zeros = 0, 0
    for bits in drawn:
        ones |= bits
        zeros |= ~bits
    assert ones == (1 << 80) - 1
    assert zeros & ((1 << 80) - 1) == (1 << 80) - 1


def test_the_codename_is_stretched_by_version_1_3() -> None:
    """Version 1.0 writes over memory in another way, and gives other keys.

    Finding: CoverDrop, an old Argon2 by default.
    """
    from argon2.low_level import ARGON2_VERSION, Type, hash_secret_raw

    from crypto.source_keys import derive_master

    codename = new_codename()
    label = b"fidelio/1 codename salt"
    salt = hashlib.sha256(bytes([len(label)]) + label + GENESIS_ID).digest()[:16]
    stretched = {
        version: hash_secret_raw(codename.bits, salt, 2, 19_456, 1, 32, Type.ID, version)
        for version in (0x10, 0x13)
    }
    assert ARGON2_VERSION == 0x13
    assert derive_master(codename, GenesisId(GENESIS_ID)) == stretched[0x13] != stretched[0x10]

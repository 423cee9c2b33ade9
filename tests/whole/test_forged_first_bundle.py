"""A courier who writes the first bundle himself is found at his second trip.

He has all that a stick brings him. The person at the directory's vault compared nothing, and typed
his digits: so the vault believes him, and the office's directory lists his key. That directory has
to reach the server, which then says loudly that somebody spoke in its name.
"""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

from crypto.bundle import BundleWriter, InboundHeader, read_bundle
from crypto.directory import fingerprint
from crypto.labels import Label
from crypto.signing import SigningKey
from tests.means.repository import REPOSITORY
from tests.offices.desk import Desk

ADDRESS = "http://127.0.0.1:8080"
COURIER = SigningKey(bytes(31) + b"\x09")


def signed_anew(bundle: Path) -> Path:
    """The same bundle with the courier's signature."""
    with bundle.open("rb") as file:
        header, items = read_bundle(file.read, InboundHeader, None, None)

        def sign(message: bytes) -> tuple[bytes, bytes]:
            signature = COURIER.sign(Label.INBOUND_BUNDLE, header.genesis_id, message)
            return COURIER.public_key, signature

        forged = bundle.with_name(f"{bundle.name}-forged")
        with forged.open("xb") as out:
            writer = BundleWriter(out.write, header, sign)
            for item_type, item in items:
                writer.add(item_type, item)
            writer.end()
    return forged


def intake(*arguments: object) -> "subprocess.CompletedProcess[str]":
    """Run an `intake` command, whatever comes of it."""
    line = [sys.executable, "-m", "intake.cli", *map(str, arguments)]
    return subprocess.run(line, cwd=REPOSITORY, capture_output=True, text=True)


def digits_of(key: SigningKey) -> str:
    """What a person compares of a key."""
    return fingerprint(hashlib.sha256(key.public_key).digest())


def test_a_forged_first_bundle_is_found_at_the_second_trip(tmp_path: Path) -> None:
    desk = Desk.create(tmp_path, [ADDRESS])
    true = desk.server_digits()
    (bundle,) = desk.leave_server("investigations")
    forged = signed_anew(bundle)
    refused = desk.run("import", "investigations", forged, "--server", true)
    assert refused.code == 1
    assert "signed by another server" in refused.err
    desk.caseworker("import", "investigations", forged, "--server", digits_of(COURIER))
    out = desk.leave_vault("investigations")
    taken = intake("import", "--data", desk.data, out)
    assert true in " ".join((taken.stdout + taken.stderr).split())
    assert "NAMES OTHER SERVERS" in taken.stdout + taken.stderr
    assert taken.returncode != 0
    status = json.loads(intake("status", "--data", desk.data, "--json").stdout)
    assert status["server"]["standing"] == "strangers"


def test_the_office_goes_on_once_the_true_server_is_named(tmp_path: Path) -> None:
    desk = Desk.create(tmp_path, [ADDRESS])
    true, courier = desk.server_digits(), digits_of(COURIER)
    (bundle,) = desk.leave_server("investigations")
    desk.caseworker("import", "investigations", signed_anew(bundle), "--server", courier)
    (second,) = desk.leave_server("investigations")
    told = desk.caseworker("import", "investigations", second)["parts"]
    assert [part["believed"] for part in told.values()] == ["other-server"]
    renewed = desk.renew_office("renew", "--server", true, "--drop-server", courier)
    assert renewed["directory"]["servers"] == [true]
    for path in renewed["bundles"].values():
        desk.take_to_server(Path(path))
    status = json.loads(intake("status", "--data", desk.data, "--json").stdout)
    assert status["server"]["standing"] == "named"
    for recipient in ("investigations", "oversight"):
        told = desk.caseworker("import", recipient, *desk.leave_server(recipient))["parts"]
        assert [part["believed"] for part in told.values()] == ["all"]

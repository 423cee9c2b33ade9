"""A server's data folder after the first import, and nothing more: where most tests begin.

Takes the office of `signed_office`; the folder then goes to `serving` of `server_process`.
"""

from collections.abc import Mapping
from pathlib import Path

from crypto.directory import fingerprint
from crypto.names import Day
from tests.offices.server_process import succeed
from tests.offices.signed_office import PracticeOffice


def first_import(
    office: PracticeOffice, data: Path, day: int, env: Mapping[str, str] | None = None
) -> Path:
    """Let `intake import` make a data folder of the first bundle of `main`; returns the folder."""
    bundle = data.with_name(f"{data.name}-first.bundle")
    bundle.write_bytes(office.outbound("main", Day(day)))
    digits = fingerprint(office.genesis_id)
    succeed("import", "--data", data, bundle, "--fingerprint", digits, env=env)
    return data

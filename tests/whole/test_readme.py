"""What the README says to type, typed."""

import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.means.repository import REPOSITORY

# Someone may be practising on the port that the README names.
PORT = 8083
STEPS = re.compile(r"<!-- round trip.*?```sh\n(.*?)```", re.DOTALL)
BEGIN_WITHIN_SECONDS = 120


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder like the project's, with its practice office running as `make run` starts it."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "deploy").mkdir()
    shutil.copy(REPOSITORY / "deploy" / "practice.py", folder / "deploy" / "practice.py")
    shutil.copy(REPOSITORY / "README.md", folder / "README.md")
    (folder / ".venv").symlink_to(Path(sys.executable).parent.parent)
    command = [sys.executable, str(folder / "deploy" / "practice.py"), "--port", str(PORT)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as office:
        try:
            _wait_until_it_listens(office)
            yield folder
        finally:
            office.terminate()


def _wait_until_it_listens(office: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + BEGIN_WITHIN_SECONDS
    while time.monotonic() < deadline:
        assert office.poll() is None, "the practice office ended"
        with socket.socket() as line:
            if line.connect_ex(("127.0.0.1", PORT)) == 0:
                return
        time.sleep(0.2)
    raise AssertionError("the practice office did not begin")


def test_the_first_round_trip_of_the_readme_works_as_it_stands_there(project: Path) -> None:
    found = STEPS.search((project / "README.md").read_text())
    assert found
    steps = found.group(1).replace(":8080", f":{PORT}")

    done = subprocess.run(
        ["sh", "-e"], input=steps, cwd=project, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert "Thank you. Which tender was it?" in done.stdout
    assert done.stdout.rstrip().endswith("|")
    assert "The one for the bridge, in March." in done.stdout


def test_the_practice_passphrases_are_their_owners_alone(project: Path) -> None:
    practice = project / "practice"

    assert practice.stat().st_mode & 0o077 == 0
    for file in practice.glob("*.practice-passphrase"):
        assert file.stat().st_mode & 0o777 == 0o600

"""Ctrl-C before a command has even begun: nothing was done, and nothing need be said."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.means.repository import REPOSITORY

# The signal comes while the module is looked for, wherever in the loading that is.
PROGRAM = """
import signal, sys
class Ended:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            signal.raise_signal(signal.SIGINT)
sys.meta_path.insert(0, Ended())
sys.argv = {arguments!r}
from {house}.cli import main
sys.exit(main())
"""


COMMANDS = {
    "intake": ["report", "--server", "http://127.0.0.1:9", "--state"],
    "caseworker": ["office", "create"],
}


@pytest.mark.parametrize(
    ("house", "module"),
    [
        ("intake", "ground.shell.frame"),
        ("intake", "argparse"),
        ("intake", "intake.commands.status_command"),
        ("caseworker", "ground.shell.frame"),
        ("caseworker", "argparse"),
        ("caseworker", "caseworker.offline"),
    ],
)
def test_ctrl_c_while_a_program_is_loaded_ends_quietly(
    house: str, module: str, tmp_path: Path
) -> None:
    made = tmp_path / "made"
    arguments = [house, *COMMANDS[house], str(made)]
    program = PROGRAM.format(module=module, house=house, arguments=arguments)
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=REPOSITORY,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        start_new_session=True,
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
    assert not made.exists()

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
sys.argv = ["caseworker", "office", "create", {office!r}]
from caseworker.cli import main
sys.exit(main())
"""


@pytest.mark.parametrize("module", ["ground.shell.frame", "argparse", "caseworker.offline"])
def test_ctrl_c_while_the_program_is_loaded_ends_quietly(module: str, tmp_path: Path) -> None:
    program = PROGRAM.format(module=module, office=str(tmp_path / "office"))
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=REPOSITORY,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        start_new_session=True,
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
    assert not (tmp_path / "office").exists()

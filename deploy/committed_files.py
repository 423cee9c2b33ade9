"""The files that git knows here, for the checks that read them."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def committed_files() -> list[Path]:
    """Return all of them, wherever they lie."""
    listing = subprocess.run(
        ["git", "ls-files", "-z"],  # noqa: S607 -- git lies where the path says
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return [ROOT / name for name in listing.stdout.split("\0") if name]

"""The twin reads the same nonsense, and has to come to the same conclusions."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from crypto.errors import NotACodename, ProtocolError
from tests.fuzz.target import GENESIS_ID, Target
from tests.fuzz.typed import ENGLISH
from tests.means.repository import REPOSITORY


def compare_with_twin(targets: list[Target], corpus: Path) -> list[str]:
    """Return a line for each input of which the two implementations think differently."""
    node = REPOSITORY / ".venv/bin/node"
    program = [str(node) if node.exists() else shutil.which("node") or "node"]
    program += [str(REPOSITORY / "tests/web/protocol/fuzz_twin.ts"), str(corpus)]
    if not targets:
        return []
    done = subprocess.run(
        [*program, *(target.name for target in targets)],
        input="\n".join([GENESIS_ID.hex(), *ENGLISH]),
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    theirs: dict[str, dict[str, str]] = json.loads(done.stdout)
    return [line for target in targets for line in _differences(target, corpus, theirs)]


def conclusion(target: Target, data: bytes) -> str:
    """Return the class of the error that a reader refuses an input with, or `ok`."""
    try:
        target.read(data)
    except NotACodename as refusal:
        return f"NotACodename {refusal.reason} {refusal.position or 0}"
    except ProtocolError as refusal:
        return type(refusal).__name__
    return "ok"


def _differences(target: Target, corpus: Path, theirs: dict[str, dict[str, str]]) -> Iterator[str]:
    for path in sorted((corpus / target.name).iterdir()):
        ours = conclusion(target, path.read_bytes())
        if theirs[target.name][path.name] != ours:
            other = theirs[target.name][path.name]
            yield f"{target.name}/{path.name}: Python says {ours}, the twin says {other}"

"""The file of intake secrets, wherever its rewriting was interrupted."""

from pathlib import Path

import pytest

from caseworker.vault.secrets_file import HeldSecret, read_secrets, write_secrets
from crypto.hpke import new_kem_secret_key
from crypto.names import Day, Week

KEY = bytes(32)
NAMES = ("intake-secrets", "intake-secrets.new", "intake-secrets.retired")


def written(folder: Path, week: int) -> bytes:
    """The file of one secret."""
    folder.mkdir()
    write_secrets(folder, KEY, [HeldSecret(Week(week), Day(0), new_kem_secret_key())])
    return (folder / NAMES[0]).read_bytes()


@pytest.mark.parametrize(
    ("present", "week"),
    [
        (("old", None, None), 1),
        (("old", "half", None), 1),
        (("old", "new", None), 1),
        ((None, "new", "old"), 2),
        ((None, "new", None), 2),
        (("new", None, "old"), 2),
        ((None, None, "old"), 1),
    ],
)
def test_one_whole_file_is_in_force_at_every_step(
    tmp_path: Path, present: tuple[str | None, ...], week: Week
) -> None:
    """Also where a disk lost a name that was not yet durable; and nothing else stays."""
    contents = {"old": written(tmp_path / "old", 1), "new": written(tmp_path / "new", 2)}
    contents["half"] = contents["new"][:100]
    folder = tmp_path / "vault"
    folder.mkdir()
    for name, content in zip(NAMES, present, strict=True):
        if content:
            (folder / name).write_bytes(contents[content])
    assert [one.week for one in read_secrets(folder, KEY)] == [week]
    assert [path.name for path in folder.iterdir()] == ["intake-secrets"]

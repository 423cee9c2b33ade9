"""Files on their way: what was read is what is sealed, and nothing else under the same key."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crypto.chunks import chunk_id
from crypto.days import week_of
from crypto.directory import read_directory
from crypto.form import parse_form
from crypto.office.chunks import open_file
from crypto.payload import safe_file_name
from crypto.sizes import CHUNK_SIZE, KEM_PUBLIC_KEY_SIZE, PIECE_SIZE
from ground.shell.refusals import Refusal
from intake.source.message.files import ChosenFile
from intake.source.message.pieces import Bytes, ChangedError, FileOnDisk, Outgoing, read_snapshot
from intake.source.message.plan import Draft, Plan, make_plan, restarted
from intake.source.message.sealed_copies import seal_copy
from intake.source.reach.api import Admission, Status
from intake.source.reach.office import Office
from tests.offices.signed_office import POLICY, PracticeOffice
from tests.offices.source_client import today

OPEN = Admission(True, "")


@pytest.fixture(scope="module")
def office() -> Office:
    practice = PracticeOffice.create(today())
    directory = read_directory(practice.document(), practice.genesis_id)
    keys = {one.id: bytes(KEM_PUBLIC_KEY_SIZE) for one in practice.recipients}
    status = Status(today(), OPEN, OPEN)
    form = parse_form(practice.form)
    return Office("http://x", practice.genesis_id, directory, form, status, week_of(today()), keys)


def read(path: Path) -> Outgoing:
    source = FileOnDisk(path)
    return Outgoing(source, read_snapshot(source, lambda _size: None))


def draft_of(*paths: Path, text: str = "It happened.") -> Draft:
    files = tuple(ChosenFile(path, safe_file_name(path.name), "") for path in paths)
    return Draft("report", text, {"who": "me"}, files, ("board", "main"), "en")


def plan_of(office: Office, *paths: Path, text: str = "It happened.") -> Plan:
    snapshots = tuple(read(path).snapshot for path in paths)
    return make_plan(draft_of(*paths, text=text), snapshots, office, today())


@pytest.mark.parametrize(
    "size", [0, 1, PIECE_SIZE - 1, PIECE_SIZE, PIECE_SIZE + 1, 2 * PIECE_SIZE, 3 * PIECE_SIZE - 1]
)
def test_file_of_any_size_opens_at_the_office(tmp_path: Path, size: int) -> None:
    path = tmp_path / "file"
    data = bytes(range(251)) * (size // 251 + 1)
    path.write_bytes(data[:size])
    file = read(path)
    chunks = [file.sealed(index)[1] for index in range(file.snapshot.chunks)]
    snapshot = file.snapshot
    assert b"".join(open_file(snapshot.key, size, snapshot.hash, chunks)) == data[:size]


def test_piece_sealed_again_is_the_same_chunk_under_the_same_id(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * (PIECE_SIZE + 5))
    file = read(path)
    assert file.sealed(1) == file.sealed(1)
    assert file.sealed(1)[0] == chunk_id(file.snapshot.key, 1)
    assert len(file.sealed(0)[1]) == CHUNK_SIZE


def altered(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(bytes(data))


def longer(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\0")


def shorter(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


@pytest.mark.parametrize("size", [1, PIECE_SIZE, PIECE_SIZE + 7])
@pytest.mark.parametrize("change", [altered, longer, shorter, Path.unlink])
def test_changed_file_is_not_sealed(
    tmp_path: Path, size: int, change: Callable[[Path], None]
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * size)
    file = read(path)
    change(path)
    with pytest.raises(ChangedError):
        file.sealed(file.snapshot.chunks - 1)


def test_restarted_file_gets_a_new_key_and_others_keep_theirs(
    office: Office, tmp_path: Path
) -> None:
    paths = [tmp_path / name for name in ("one", "two")]
    for path in paths:
        path.write_bytes(b"x")
    before = plan_of(office, *paths, text="long " * 9000)
    paths[0].write_bytes(b"another")
    after = restarted(before, 0, office, today())
    assert after.attachments[0].key != before.attachments[0].key
    assert after.attachments[1] == before.attachments[1]
    assert after.message_id == before.message_id


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    text=st.text(max_size=300).map(lambda part: part * 120),
    sizes=st.lists(st.integers(0, 3 * PIECE_SIZE), max_size=3),
)
def test_text_and_rest_together_are_the_text_and_chunks_are_padded(
    office: Office, text: str, sizes: list[int]
) -> None:
    snapshots = tuple(read_snapshot(Bytes(bytes(size)), lambda _size: None) for size in sizes)
    draft = replace(
        draft_of(text=text),
        files=tuple(
            ChosenFile(Path(f"/{number}"), f"{number}", "") for number in range(len(sizes))
        ),
    )
    plan = make_plan(draft, snapshots, office, today())
    message = plan.message(office.directory, today())
    rest = [file for file in plan.files() if isinstance(file.source, Bytes)]
    joined = message.text.encode() + (rest[0].source.data if rest else b"")  # type: ignore[attr-defined]
    assert joined == text.encode()
    total = sum(file.snapshot.chunks for file in plan.files())
    assert total in (0, 1, 2, 4, 8, 10, 12)


def test_files_are_refused_where_the_server_takes_none(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x")
    closed = replace(office, status=Status(today(), OPEN, Admission(False, "full")))
    with pytest.raises(Refusal, match="it is full"):
        plan_of(closed, path)
    with pytest.raises(Refusal, match="ten thousand letters"):
        plan_of(closed, text="long " * 9000)
    assert plan_of(closed).files() == []


def test_more_than_the_office_takes_is_refused(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(bytes(3 * PIECE_SIZE))
    small = replace(office.directory, policy=replace(POLICY, max_chunks=3))
    with pytest.raises(Refusal, match="more than the office takes"):
        plan_of(replace(office, directory=small), path)


@pytest.mark.parametrize("size", [0, 1, PIECE_SIZE, PIECE_SIZE + 1, 2 * PIECE_SIZE])
def test_a_sealed_copy_gives_what_the_open_one_held(tmp_path: Path, size: int) -> None:
    path = tmp_path / "file"
    path.write_bytes(bytes(range(251)) * (size // 251 + 1))
    with path.open("r+b") as file:
        file.truncate(size)
    copy = seal_copy(path, tmp_path / "copy")
    kept, given = (read_snapshot(one, lambda _size: None) for one in (copy, FileOnDisk(path)))
    assert (kept.size, kept.digests) == (given.size, given.digests)
    assert copy.size() == size


def test_a_sealed_copy_that_is_damaged_is_not_sent(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * 10)
    copy = seal_copy(path, tmp_path / "copy")
    file = Outgoing(copy, read_snapshot(copy, lambda _size: None))
    altered(copy.path)
    with pytest.raises(ChangedError):
        file.sealed(0)

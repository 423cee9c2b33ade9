"""What waits on a device: opened by codename and key file together, gone without a trace after."""

import errno
import os
from pathlib import Path

import pytest

from crypto.codename import new_codename
from crypto.errors import Unauthentic
from crypto.names import Day, GenesisId
from crypto.source_keys import derive_source_keys
from ground.disk.held_folders import new_held_folder
from ground.disk.replaced_files import replace_file
from ground.shell.refusals import Refusal
from intake.source.message.files import ChosenFile
from intake.source.message.pieces import Bytes, read_snapshot
from intake.source.message.plan import Draft, Plan
from intake.source.message.sealed_copies import SealedCopy
from intake.source.reach.pinned import StateFolder
from intake.source.sending.unsent import StoredCount, Unsent
from intake.source.sending.unsent_folders import (
    UnsentFolder,
    ended_leftovers,
    found_unsent,
    waiting_in,
)
from intake.source.sending.unsent_format import DatedEnvelope
from intake.source.sending.unsent_keys import (
    CodenameKey,
    KeyFile,
    derive_codename_key,
    joined_key,
)
from tests.ground.disk.killing import killed_at_each_step

OFFICE = GenesisId(bytes(range(32)))
WORDS = CodenameKey(b"w" * 32)


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StateFolder:
    """A state folder of a device whose system has no folder for a session."""
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    return StateFolder(tmp_path / "state")


@pytest.fixture
def session(tmp_path: Path, state: StateFolder, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a user's session."""
    folder = tmp_path / "session"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    return folder


def plan_of(text: str = "It happened.") -> Plan:
    copy = SealedCopy(Path("/a/copy"), b"k" * 32)
    files = (
        ChosenFile(Path("/not\udcffunicode"), "name", "text/plain"),
        ChosenFile(Path("/b"), "b", "", copy),
    )
    snapshot = read_snapshot(Bytes(b"x" * 10), lambda _size: None)
    draft = Draft(
        "report", text, {"who": "me", "where": ("here", "there")}, files, ("board", "main"), "en"
    )
    return Plan(draft, bytes(16), (snapshot, snapshot), 3, snapshot, snapshot.key, 1)


def waiting(state: StateFolder, words: CodenameKey = WORDS, plan: Plan | None = None) -> Unsent:
    """A message that waits, as a run leaves it that breaks off."""
    with UnsentFolder(state, OFFICE) as folder:
        unsent = Unsent(folder.path, joined_key(words, folder.key_file.make()))
        unsent.save(plan or plan_of(), None)
        folder.stay()
    return unsent


def clear(state: StateFolder) -> None:
    """Leave nothing that waits."""
    for folder in waiting_in(state.office_folder(OFFICE)):
        KeyFile(folder).erase()
    ended_leftovers(state.office_folder(OFFICE))


def left(folder: Path) -> list[str]:
    """The names of all below a folder."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_what_is_kept_comes_back_whole(state: StateFolder) -> None:
    plan = plan_of("Ё" * 30_000)
    sealed = DatedEnvelope(bytes(32_768), Day(20_000), Day(20_014))
    waiting(state, plan=plan).save_again(plan, sealed)
    with found_unsent(state, OFFICE, WORDS) as (_folder, found):
        assert found.load() == (plan, sealed)


def test_the_codename_alone_does_not_open_it(state: StateFolder) -> None:
    unsent = waiting(state)
    KeyFile(unsent.folder).erase()
    with pytest.raises(Refusal, match="opens with these words"), found_unsent(state, OFFICE, WORDS):
        pass
    with pytest.raises(Unauthentic):
        Unsent(unsent.folder, joined_key(WORDS, bytes(32))).load()


def test_the_key_file_alone_does_not_open_it(state: StateFolder) -> None:
    unsent = waiting(state)
    random = KeyFile(unsent.folder).read()
    assert random is not None
    with pytest.raises(Unauthentic):
        Unsent(unsent.folder, joined_key(CodenameKey(bytes(32)), random)).load()


def test_each_office_and_codename_has_another_half() -> None:
    codename = new_codename()
    one = derive_codename_key(derive_source_keys(codename, OFFICE))
    assert derive_codename_key(derive_source_keys(codename, OFFICE)) == one
    assert derive_codename_key(derive_source_keys(codename, GenesisId(bytes(32)))) != one
    assert derive_codename_key(derive_source_keys(new_codename(), OFFICE)) != one


def test_the_key_lies_in_the_session_where_there_is_one(state: StateFolder, session: Path) -> None:
    unsent = waiting(state)
    (key,) = session.iterdir()
    assert key.name.startswith("fidelio-")
    assert key.stat().st_mode & 0o777 == 0o600
    assert KeyFile(unsent.folder).lies_in_session
    with found_unsent(state, OFFICE, WORDS) as (folder, _unsent):
        folder.end()
    assert left(session) == []


def test_a_session_that_others_can_look_into_holds_no_key(
    state: StateFolder, session: Path
) -> None:
    session.chmod(0o755)
    unsent = waiting(state)
    assert left(session) == []
    assert not KeyFile(unsent.folder).lies_in_session


def test_a_key_is_found_by_a_run_that_knows_of_no_session(
    state: StateFolder, session: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting(state)
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    assert ended_leftovers(state.office_folder(OFFICE)) == 0
    with found_unsent(state, OFFICE, WORDS):
        pass
    assert len(left(session)) == 1


def test_the_key_is_overwritten_before_it_is_removed(state: StateFolder, tmp_path: Path) -> None:
    """A second name shows the blocks in which it lay."""
    unsent = waiting(state)
    kept = [tmp_path / name for name in ("key", "message")]
    before = []
    for path in kept:
        os.link(unsent.folder / path.name, path)
        before.append(path.read_bytes())
    with found_unsent(state, OFFICE, WORDS) as (folder, _unsent):
        folder.end()
    for path, data in zip(kept, before, strict=True):
        assert len(path.read_bytes()) == len(data)
        assert path.read_bytes()[:32] != data[:32]
        assert path.read_bytes()[-32:] != data[-32:]


def test_nothing_is_left_of_what_has_ended(state: StateFolder) -> None:
    waiting(state)
    with found_unsent(state, OFFICE, WORDS) as (folder, unsent):
        unsent.save_count(StoredCount(5, Day(20_000)))
        folder.new_copy().write_bytes(b"sealed")
        folder.end()
    assert not state.path.exists()


def test_what_was_never_saved_goes_with_its_run(state: StateFolder) -> None:
    with UnsentFolder(state, OFFICE) as folder:
        folder.new_copy().write_bytes(b"sealed")
        folder.key_file.make()
    assert not state.path.exists()


def test_a_message_whose_key_is_gone_is_removed_and_counted(
    state: StateFolder, session: Path
) -> None:
    waiting(state)
    waiting(state, CodenameKey(b"o" * 32))
    (key, _other) = session.iterdir()
    key.unlink()
    assert ended_leftovers(state.office_folder(OFFICE)) == 1
    assert len(waiting_in(state.office_folder(OFFICE))) == 1


def test_what_another_run_holds_is_left_alone(state: StateFolder, session: Path) -> None:
    waiting(state)
    with found_unsent(state, OFFICE, WORDS):
        for key in session.iterdir():
            key.unlink()
        assert ended_leftovers(state.office_folder(OFFICE)) == 0
    assert ended_leftovers(state.office_folder(OFFICE)) == 1


@pytest.fixture
def _steps(state: StateFolder) -> None:
    """An office that is remembered whatever comes and goes."""
    (state.make_office_folder(OFFICE) / "office.json").write_text("{}")


@pytest.mark.usefixtures("_steps")
def test_a_kill_at_any_step_of_the_end_leaves_what_the_next_run_removes(
    state: StateFolder, session: Path
) -> None:
    def end() -> None:
        with found_unsent(state, OFFICE, WORDS) as (folder, _unsent):
            folder.end()

    def begin() -> None:
        clear(state)
        with UnsentFolder(state, OFFICE) as folder:
            unsent = Unsent(folder.path, joined_key(WORDS, folder.key_file.make()))
            unsent.save(plan_of(), None)
            unsent.save_count(StoredCount(1, Day(20_000)))
            folder.new_copy().write_bytes(b"sealed")
            folder.stay()

    for _step in killed_at_each_step(end, begin):
        # Nothing is ever said to be lost: it still waits whole, or its end is finished.
        assert ended_leftovers(state.office_folder(OFFICE)) == 0
        waits = waiting_in(state.office_folder(OFFICE))
        if waits:
            with found_unsent(state, OFFICE, WORDS) as (_folder, unsent):
                assert unsent.load()[0].draft == plan_of().draft
        else:
            assert left(session) == []
            assert left(state.office_folder(OFFICE)) == ["office.json"]


@pytest.mark.usefixtures("_steps")
def test_a_kill_at_any_step_of_the_beginning_leaves_what_the_next_run_removes(
    state: StateFolder, session: Path
) -> None:
    for _step in killed_at_each_step(lambda: waiting(state), lambda: clear(state)):
        assert ended_leftovers(state.office_folder(OFFICE)) == 0
        waits = waiting_in(state.office_folder(OFFICE))
        assert len(left(session)) == len(waits)
        names = {path.partition("/")[0] for path in left(state.office_folder(OFFICE))}
        assert names == {"office.json", *(folder.name for folder in waits)}


def test_progress_of_an_earlier_plan_counts_for_nothing(state: StateFolder) -> None:
    unsent = waiting(state)
    unsent.save_count(StoredCount(5, Day(20_000)))
    assert unsent.load_count() == StoredCount(5, Day(20_000))
    unsent.save(plan_of(), None)
    assert unsent.load_count() is None


def test_damaged_progress_counts_for_nothing(state: StateFolder) -> None:
    unsent = waiting(state)
    unsent.save_count(StoredCount(5, Day(20_000)))
    (unsent.folder / "progress").write_bytes(b"short")
    assert unsent.load_count() is None


def test_second_run_of_one_message_is_refused(state: StateFolder) -> None:
    waiting(state)
    with (
        found_unsent(state, OFFICE, WORDS),
        pytest.raises(Refusal, match="another run"),
        found_unsent(state, OFFICE, WORDS),
    ):
        pass


def test_what_is_no_plan_under_the_right_key_does_not_open(state: StateFolder) -> None:
    class Other(Unsent):
        def save_other(self) -> None:
            replace_file(self.folder / "message", self._sealed("message", b'{"plan":1}'))

    unsent = waiting(state)
    random = KeyFile(unsent.folder).read()
    assert random is not None
    Other(unsent.folder, joined_key(WORDS, random)).save_other()
    with pytest.raises(Refusal, match="opens with these words"), found_unsent(state, OFFICE, WORDS):
        pass


@pytest.mark.usefixtures("session")
def test_a_file_system_without_links_has_the_key_beside_the_message(
    state: StateFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_arguments: object, **_options: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "symlink", refused)
    unsent = waiting(state)
    assert not KeyFile(unsent.folder).lies_in_session
    with found_unsent(state, OFFICE, WORDS) as (_folder, found):
        assert found.load()[0].draft == plan_of().draft


def planted(state: StateFolder) -> Path:
    """A folder of a message, as somebody else has left it in this state folder."""
    folder = state.make_office_folder(OFFICE) / "unsent-0011223344556677"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("name", ["thesis.odt", "fidelio-unsent-0011223344556677"])
def test_a_link_in_place_of_a_key_costs_no_file_of_the_user(
    state: StateFolder, session: Path, name: str
) -> None:
    victim = session / name
    victim.write_bytes(b"years of work" * 1000)
    (planted(state) / "key").symlink_to(victim)
    ended_leftovers(state.office_folder(OFFICE))
    assert victim.read_bytes() == b"years of work" * 1000
    assert left(state.office_folder(OFFICE)) == []


def test_a_link_to_a_key_outside_the_session_is_removed_alone(
    state: StateFolder, session: Path, tmp_path: Path
) -> None:
    (tmp_path / "own").mkdir(mode=0o700)
    victim = tmp_path / "own" / "fidelio-unsent-0011223344556677"
    victim.write_bytes(b"k" * 32)
    (planted(state) / "key").symlink_to(victim)
    ended_leftovers(state.office_folder(OFFICE))
    assert victim.read_bytes() == b"k" * 32
    assert left(session) == left(state.office_folder(OFFICE)) == []


def test_a_link_in_place_of_a_copy_is_removed_alone(state: StateFolder, tmp_path: Path) -> None:
    victim = tmp_path / "thesis.odt"
    victim.write_bytes(b"years of work")
    (planted(state) / "copy-1").symlink_to(victim)
    ended_leftovers(state.office_folder(OFFICE))
    assert victim.read_bytes() == b"years of work"
    assert left(state.office_folder(OFFICE)) == []


@pytest.mark.parametrize("prefix", ["unsent-", "done-"])
def test_a_link_in_place_of_a_folder_costs_nothing_behind_it(
    state: StateFolder, tmp_path: Path, prefix: str
) -> None:
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "thesis.odt").write_bytes(b"years of work")
    (state.make_office_folder(OFFICE) / f"{prefix}0011223344556677").symlink_to(documents)
    ended_leftovers(state.office_folder(OFFICE))
    assert left(documents) == ["thesis.odt"]
    assert (documents / "thesis.odt").read_bytes() == b"years of work"


def test_a_note_costs_no_folder_that_is_not_a_place_of_ours(
    state: StateFolder, tmp_path: Path
) -> None:
    documents = tmp_path / "documents"
    (documents / "fidelio-cleaning-1").mkdir(parents=True)
    kept = [documents / "thesis.odt", documents / "fidelio-cleaning-1" / "notes.odt"]
    for file in kept:
        file.write_bytes(b"years of work")
    (planted(state) / "open-in").write_bytes(os.fsencode(documents))
    ended_leftovers(state.office_folder(OFFICE))
    assert [file.read_bytes() for file in kept] == [b"years of work"] * 2


def test_an_open_copy_that_a_cleaner_still_holds_stays_noted(
    state: StateFolder, tmp_path: Path
) -> None:
    folder = planted(state)
    (folder / "open-in").write_bytes(os.fsencode(tmp_path))
    place = new_held_folder(tmp_path, "fidelio-cleaning-")
    (place.path / "copy").write_bytes(b"open")
    ended_leftovers(state.office_folder(OFFICE))
    assert (place.path / "copy").read_bytes() == b"open"
    place.release()
    ended_leftovers(state.office_folder(OFFICE))
    assert not place.path.exists()
    assert left(state.office_folder(OFFICE)) == []

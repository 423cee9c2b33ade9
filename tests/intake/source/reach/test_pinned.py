"""What is remembered of an office on the source's device."""

import hashlib
import os
import pwd
from pathlib import Path

import pytest

from crypto.directory import Directory, read_directory
from crypto.errors import Outdated
from ground.shell.refusals import Refusal
from intake.source.reach.pinned import StateFolder, default_state_folder
from tests.offices.signed_office import PracticeOffice
from tests.offices.source_client import today

ORIGIN = "https://intake.example.org"


@pytest.fixture(scope="module")
def office() -> PracticeOffice:
    return PracticeOffice.create(today(), address=ORIGIN)


def directory(office: PracticeOffice) -> Directory:
    return read_directory(office.document(), office.genesis_id)


def test_office_is_known_at_each_address_where_it_was_confirmed(
    office: PracticeOffice, tmp_path: Path
) -> None:
    state = StateFolder(tmp_path / "state")
    assert state.office_at(ORIGIN) is None
    state.remember(ORIGIN, directory(office))
    state.remember("http://office.onion", directory(office))
    for origin in (ORIGIN, "http://office.onion"):
        pinned = state.office_at(origin)
        assert pinned is not None
        assert pinned.genesis_id == office.genesis_id
    assert state.office_at("https://other.example.org") is None


def test_newest_directory_seen_never_gets_lower(office: PracticeOffice, tmp_path: Path) -> None:
    state = StateFolder(tmp_path / "state")
    state.remember(ORIGIN, directory(office.with_directory()))
    with pytest.raises(Outdated):
        state.remember(ORIGIN, directory(office))
    with pytest.raises(Outdated):
        state.check(directory(office))


def test_damaged_memory_is_refused_and_named(office: PracticeOffice, tmp_path: Path) -> None:
    state = StateFolder(tmp_path / "state")
    state.remember(ORIGIN, directory(office))
    path = state.office_folder(office.genesis_id) / "office.json"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(Refusal, match=r"office\.json"):
        state.office_at(ORIGIN)


def test_folder_that_others_can_read_is_refused_if_it_holds_other_things(
    office: PracticeOffice, tmp_path: Path
) -> None:
    folder = tmp_path / "open"
    folder.mkdir(mode=0o755)
    (folder / "something else").touch()
    with pytest.raises(Refusal, match="Others on this device"):
        StateFolder(folder).remember(ORIGIN, directory(office))


def test_empty_folder_that_others_can_read_is_closed(
    office: PracticeOffice, tmp_path: Path
) -> None:
    folder = tmp_path / "open"
    folder.mkdir(mode=0o755)
    StateFolder(folder).remember(ORIGIN, directory(office))
    assert folder.stat().st_mode & 0o777 == 0o700


def test_name_of_the_folder_is_that_of_the_office(office: PracticeOffice, tmp_path: Path) -> None:
    name = StateFolder(tmp_path).office_folder(office.genesis_id).name
    assert name == hashlib.sha256(office.root.public_key).hexdigest()


def test_state_lies_where_the_desktop_puts_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/somewhere/state")
    assert default_state_folder() == Path("/somewhere/state/fidelio")
    monkeypatch.setenv("XDG_STATE_HOME", "not/absolute")
    assert default_state_folder() == Path.home() / ".local/state/fidelio"


def test_without_home_state_lies_where_the_system_s_list_of_users_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    home = Path(pwd.getpwuid(os.geteuid()).pw_dir)
    for typed in (None, "", "not/absolute"):
        if typed is None:
            monkeypatch.delenv("HOME", raising=False)
        else:
            monkeypatch.setenv("HOME", typed)
        assert default_state_folder() == home / ".local/state/fidelio"


def test_without_any_home_a_folder_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr(os, "geteuid", lambda: 3_999_999_999)
    with pytest.raises(Refusal) as refusal:
        default_state_folder()
    assert "--state" in refusal.value.hint

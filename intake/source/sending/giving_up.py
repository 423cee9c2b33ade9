"""Throwing away what waits on this device: whoever holds it may, with a codename or without."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from crypto.names import Day
from ground.disk.held_folders import hold_folder
from ground.languages import gettext as _
from ground.shell.foreign import foreign_path
from ground.shell.refusals import Refusal
from intake.source.message.workplaces import remove_left_workplaces
from intake.source.person.upload_progress import ProgressInWords
from intake.source.reach.pinned import StateFolder
from intake.source.sending.unsent_folders import end_folder, ended_leftovers, saved_at, waiting_in

__all__ = ["GivenUp", "give_up", "tidy_up"]

_SECONDS_A_DAY = 86_400


@dataclass(frozen=True)
class GivenUp:
    """A message that was thrown away: its office's addresses, the day on which it was last saved.

    Days are counted from 1970-01-01.
    """

    addresses: tuple[str, ...]
    day: Day


def give_up(state: StateFolder, office_folders: Sequence[Path]) -> list[GivenUp]:
    """Throw away all that waits for some offices; Refusal where a run is sending some of it."""
    given_up: list[GivenUp] = []
    busy = 0
    for office_folder in office_folders:
        for folder in waiting_in(office_folder):
            day = Day(int(saved_at(folder)) // _SECONDS_A_DAY)
            held = hold_folder(folder)
            if held is None:
                busy += folder.exists()
                continue
            end_folder(held)
            given_up.append(GivenUp(state.addresses_in(office_folder), day))
    if busy:
        raise Refusal(
            _("Messages that another run is sending now: {busy}. Thrown away: {n}.").format(
                busy=busy, n=len(given_up)
            ),
            _("Stop that run with Ctrl-C, then repeat this."),
        )
    return given_up


def tidy_up(state: StateFolder, progress: ProgressInWords) -> None:
    """Remove what earlier runs left: after a kill, or when a key went with the user's session."""
    remove_left_workplaces()
    for office_folder in state.office_folders():
        try:
            lost = ended_leftovers(office_folder)
        except OSError:
            progress.say(
                _("What an earlier run left here cannot be removed: {folder}").format(
                    folder=foreign_path(office_folder)
                )
            )
            continue
        if lost:
            progress.say(
                _(
                    "A message of before waited on this device, and its key is gone since you"
                    " logged out or the device was restarted. Nobody can open it any more, and what"
                    " was left of it is removed. If it was not stored, begin anew."
                )
            )

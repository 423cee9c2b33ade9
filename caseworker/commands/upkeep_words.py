"""What a vault made new of itself, in words."""

from collections.abc import Sequence

from caseworker.keys.upkeep import Upkeep
from crypto.names import Week
from ground.shell.figures import counted
from ground.shell.refusals import Refusal


def upkeep_remarks(upkeep: Upkeep) -> list[str]:
    """Return what a person should know, a sentence each, without its full stop."""
    remarks = lost_key_remarks(upkeep.lost_weeks)
    if upkeep.has_new_card:
        remarks.append("a new card with newer keys was made")
    if upkeep.directory is not None:
        remarks.append(f"a new directory was issued, number {upkeep.directory}")
    reason = upkeep.not_issued
    if isinstance(reason, Refusal):
        remarks.append(f"no new directory was issued: {reason.message}; {reason.hint}")
    elif reason:
        remarks.append(f"no new directory was issued, since the cards do not go together: {reason}")
    return remarks


def lost_key_remarks(weeks: Sequence[Week]) -> list[str]:
    """Return what a person should know of keys that a vault has lost, of these weeks."""
    if not weeks:
        return []
    return [
        f"this vault does not hold {counted(len(weeks), 'key')} of its own that the directory "
        "names: it came from a backup. Reports sealed to such a key stay closed here. Export at "
        "once, and have a new directory issued"
    ]

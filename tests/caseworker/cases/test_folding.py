"""A case folded from its events."""

from caseworker.cases import folding
from caseworker.log import case_events
from caseworker.log.kinds import KINDS


def test_every_kind_of_event_on_a_case_does_something_to_it() -> None:
    """One that is missing from the table would end every command that reads such a case."""
    on_cases = {kind for kind in KINDS.values() if kind.__module__ == case_events.__name__}
    assert set(folding._EFFECTS) == on_cases

"""In which week an envelope came to the server.

It is shown beside the message, and kept for clocks that come: an office's times for an answer are
to run from there. None does today.
"""

from caseworker.vault.database import Database
from crypto.names import Address, Week


def remember_week(db: Database, address: Address, week: Week) -> None:
    """Note the week in which an envelope came; of two that were said the earlier one counts."""
    db.run(
        "UPDATE envelopes SET came_week = min(coalesce(came_week, ?1), ?1) WHERE address = ?2",
        week,
        address,
    )


def week_of_arrival(db: Database, address: Address) -> Week:
    """Return the week in which an envelope came to the server, as the server signed it.

    Where no server that is believed said it, the week in which it came here: the latest it can be.
    """
    query = "SELECT coalesce(came_week, arrived_day / 7) FROM envelopes WHERE address = ?"
    return Week(db.number(query, address))

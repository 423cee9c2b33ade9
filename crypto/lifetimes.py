"""Every count of days that two rooms, or two machines, must agree on: SPEC 10.4.

What one room alone knows stays there. An age counts from the last day of the week in which a thing
came. `tests/crypto/test_lifetimes.py` says how they hang together.
"""

from typing import Final

__all__ = [
    "CARD_AHEAD_DAYS",
    "CHUNK_KEPT_DAYS",
    "CLOCK_BELIEVED_DAYS",
    "CLOCK_GRACE_DAYS",
    "CONFIRMATION_REPEATED_DAYS",
    "DAYS_A_WEEK",
    "DELEGATION_MAX_DAYS",
    "DELEGATION_WARN_DAYS",
    "DIRECTORY_LOUD_DAYS",
    "DIRECTORY_MAX_DAYS",
    "DIRECTORY_RENEW_DAYS",
    "ENVELOPE_KEPT_DAYS",
    "KEYS_WARN_DAYS",
    "KEY_ACCEPTED_DAYS",
    "KEY_DAYS",
    "KEY_GONE_DAYS",
    "LINE_KEPT_DAYS",
    "POLICY_MAX_DAYS",
    "POLICY_MIN_DAYS",
    "PUZZLE_AHEAD_DAYS",
    "PUZZLE_BEFORE_DAYS",
    "RETIRED_MARGIN_DAYS",
    "SEALED_FILE_AHEAD_DAYS",
    "SET_ASIDE_DAYS",
    "STORED_FOR_DAYS",
    "UNCLAIMED_DAYS",
    "UNCONFIRMED_REFUSE_DAYS",
    "UNCONFIRMED_WARN_DAYS",
]

# What sources keep to as well, so the twin has it

DAYS_A_WEEK: Final = 7
"""SPEC 2: weeks are counted from 1970-01-01, as days are."""

CLOCK_GRACE_DAYS: Final = 2
"""How far two clocks may differ: a time zone that is set wrong, and a day more."""

KEY_DAYS: Final = 14
"""How long an intake key is sealed to: its week, and one more for what is sealed late."""

DIRECTORY_MAX_DAYS: Final = 21
"""How long a directory holds at most, so that a replaced key or address is soon gone."""

DELEGATION_MAX_DAYS: Final = 90
"""How long a delegation holds at most: every three months somebody fetches the root key."""

POLICY_MIN_DAYS: Final = 30
"""The shortest time that an office can promise for replies and codenames."""

POLICY_MAX_DAYS: Final = 3650
"""The longest time that an office can promise for replies and codenames."""

STORED_FOR_DAYS: Final = 7
"""Days since a chunk's last 204 after which it is sent again before the envelope that names it."""

PUZZLE_BEFORE_DAYS: Final = 2
"""How old the day of a puzzle may be: clocks differ."""

PUZZLE_AHEAD_DAYS: Final = 16
"""How far ahead it may be: it is solved for a sealed file's last day, and clocks differ."""

SEALED_FILE_AHEAD_DAYS: Final = 16
"""How far ahead the last day of a sealed file may be: that of its keys, and clocks differ."""

# What the server does

UNCONFIRMED_WARN_DAYS: Final = 30
"""Age of the oldest unconfirmed envelope at which server and vault warn."""

UNCONFIRMED_REFUSE_DAYS: Final = 38
"""Age of the oldest unconfirmed envelope at which nothing more is taken: nobody fetches."""

ENVELOPE_KEPT_DAYS: Final = 45
"""Age at which an envelope goes that somebody has not confirmed: before the key to it can."""

CHUNK_KEPT_DAYS: Final = 60
"""Age at which an unconfirmed chunk goes: it came before the envelope that names it."""

LINE_KEPT_DAYS: Final = 90
"""Age until which it is passed on that a confirmation was taken."""

# What the office does

KEY_ACCEPTED_DAYS: Final = 7
"""How long after its end a key's messages may still come: sealed in time, sent over days."""

KEY_GONE_DAYS: Final = 60
"""Days after a key's end on which no server holds anything under it any more."""

CONFIRMATION_REPEATED_DAYS: Final = 90
"""How long a confirmation is repeated; what it named is gone or comes again."""

UNCLAIMED_DAYS: Final = 120
"""How long a vault keeps a chunk that no message named yet: the envelope comes after it."""

SET_ASIDE_DAYS: Final = 365
"""How long it keeps chunks near an envelope set aside: as an update may take, but not for ever."""

CLOCK_BELIEVED_DAYS: Final = 30
"""How far a vault's clock may move between two uses before a person is asked."""

CARD_AHEAD_DAYS: Final = 90
"""How far ahead a card lists keys: as long as a delegation may last."""

RETIRED_MARGIN_DAYS: Final = 90
"""How much longer than codename and reply days a replaced signing key is listed."""

# When each says that something ends

DIRECTORY_RENEW_DAYS: Final = 7
"""Age of a directory at which a vault issues the next one, and everybody begins to warn."""

DIRECTORY_LOUD_DAYS: Final = 14
"""Age of a directory at which the warning is loud: a week is left."""

DELEGATION_WARN_DAYS: Final = 14
"""Days before a delegation's end at which the root key is wanted."""

KEYS_WARN_DAYS: Final = 21
"""Days before the end of a card's last key at which a new card is wanted."""

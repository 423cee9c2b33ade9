"""The states of a case. Words for them belong to the commands; the values stand in the database."""

from enum import Enum


class State(Enum):
    """What stands out of a case."""

    NEW = "new"
    ACKNOWLEDGED = "acknowledged"
    REPLIED = "replied"
    SOURCE_WROTE_AGAIN = "source-wrote-again"

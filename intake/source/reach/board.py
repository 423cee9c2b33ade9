"""The replies on the server's board: loaded as everybody loads them, opened here."""

from collections.abc import Sequence
from typing import Final

from crypto.errors import Malformed
from crypto.replies import Reply, bucket, bucket_value, open_board
from crypto.source_keys import SourceKeys
from ground.languages import gettext as _
from ground.shell.refusals import Refusal
from intake.source.reach.api import Api, ServerError
from intake.source.reach.office import Office, reopened
from intake.source.reach.pinned import StateFolder

__all__ = ["load_own_bucket", "load_whole_board", "open_replies"]

_TRIES: Final = 3


async def load_whole_board(api: Api) -> bytes:
    """Return the records of a board that is not divided into buckets; Refusal where it is away."""
    try:
        return await api.board(0, 0)
    except ServerError:
        raise _not_loaded() from None


async def load_own_bucket(
    api: Api, office: Office, source: SourceKeys, state: StateFolder
) -> tuple[Office, bytes]:
    """Return the bucket of a thread, and the office under whose directory it was loaded."""
    own = bucket(source.thread_secret, office.genesis_id)
    try:
        for _try in range(_TRIES - 1):
            bits = office.directory.bucket_bits
            try:
                return office, await api.board(bits, bucket_value(own, bits))
            except ServerError as error:
                # The server serves the current bits alone: they may have grown.
                if error.status != 404:
                    raise
                office = await reopened(api, office, state)
        bits = office.directory.bucket_bits
        return office, await api.board(bits, bucket_value(own, bits))
    except ServerError:
        raise _not_loaded() from None


def open_replies(board: bytes, source: SourceKeys, office: Office) -> Sequence[Reply]:
    """Return the replies to a source among records; Refusal where they are none."""
    try:
        return open_board(board, source, office.directory)
    except Malformed:
        raise Refusal(
            _("The server gave something that is no board of replies."),
            _("Nothing is lost. Try again later."),
        ) from None


def _not_loaded() -> Refusal:
    return Refusal(_("The replies could not be loaded."), _("Nothing is lost. Try again later."))

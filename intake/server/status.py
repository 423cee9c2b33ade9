"""`GET /v1/status`: what is accepted now and why not, and which day it is here."""

from aiohttp import web

from intake.clock import today
from intake.server import answers
from intake.server.admission import Admission
from intake.storage.kinds import Kind


class Status:
    """Says before anyone types what would be said after."""

    def __init__(self, admission: Admission) -> None:
        self._admission = admission

    async def get(self, _request: web.BaseRequest) -> web.Response:
        """Return the day, and whether envelopes and chunks are taken in."""
        return answers.value(
            {
                "day": today(),
                "envelopes": self._state(Kind.ENVELOPE),
                "chunks": self._state(Kind.CHUNK),
            }
        )

    def _state(self, kind: Kind) -> dict[str, object]:
        reason = self._admission.reason(kind)
        return {"open": True} if reason is None else {"open": False, "reason": str(reason)}

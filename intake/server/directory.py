"""`GET /v1/directory` and `GET /v1/keys/{hash}`: who reads, and what to seal to."""

from aiohttp import web

from intake.server import answers
from intake.server.answers import Denied
from intake.server.office import Office


class DirectoryAndKeys:
    """Gives out what the office signed, as it came."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def get(self, _request: web.BaseRequest) -> web.Response:
        """Return the directory document in force."""
        in_force = self._office.in_force()
        if in_force is None:
            raise Denied(404, "no-directory")
        return answers.data(in_force.document)

    async def get_key(self, _request: web.BaseRequest, hash_hex: str) -> web.Response:
        """Return a public intake key by its SHA-256."""
        key = self._office.key(bytes.fromhex(hash_hex))
        if key is None:
            raise Denied(404, "not-found")
        return answers.data(key)

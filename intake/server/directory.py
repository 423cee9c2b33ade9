"""`GET /v1/directory` and `GET /v1/keys/{hash}`: who reads, and what to seal to."""

from aiohttp import web

from crypto.directory_file import encode_directory_file
from crypto.names import KeyHash
from intake.server import answers
from intake.server.answers import Denied
from intake.server.office import Office


class DirectoryAndKeys:
    """Gives out what the office signed, as it came."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def get(self, request: web.BaseRequest) -> web.Response:
        """Return the directory document in force: it is text for the most part."""
        in_force = self._office.in_force()
        if in_force is None:
            raise Denied(404, "no-directory")
        return answers.encoded(request, answers.BINARY, in_force.document, in_force.compressed)

    async def get_file(self, _request: web.BaseRequest) -> web.Response:
        """Return the directory in force with all its keys, for a device that is never online."""
        in_force = self._office.in_force()
        if in_force is None:
            raise Denied(404, "no-directory")
        listed = [key.hash for one in in_force.directory.recipients for key in one.keys]
        keys = [key for key in map(self._office.key, listed) if key is not None]
        if len(keys) != len(listed):
            raise Denied(404, "not-found")
        return answers.data(encode_directory_file(in_force.document, keys))

    async def get_key(self, _request: web.BaseRequest, hash_hex: str) -> web.Response:
        """Return a public intake key by its SHA-256."""
        key = self._office.key(KeyHash(bytes.fromhex(hash_hex)))
        if key is None:
            raise Denied(404, "not-found")
        return answers.data(key)

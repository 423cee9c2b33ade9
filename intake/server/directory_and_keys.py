"""`GET /v1/directory`, `/v1/forms/{hash}` and `/v1/keys/{hash}`: who reads and what they ask."""

from aiohttp import web

from crypto.directory_file import encode_directory_file
from crypto.names import KeyHash
from intake.server import answers
from intake.server.denied import Denied
from intake.server.served_office import ServedOffice


class DirectoryAndKeys:
    """Gives out what the office signed, as it came."""

    def __init__(self, office: ServedOffice) -> None:
        self._office = office

    async def get(self, request: web.BaseRequest) -> web.Response:
        """Return the directory document in force: it is text for the most part."""
        in_force = self._office.in_force()
        if in_force is None:
            raise Denied(404, "no-directory")
        return answers.encoded(request, answers.BINARY, in_force.document, in_force.compressed)

    async def get_file(self, _request: web.BaseRequest) -> web.Response:
        """Return the directory in force, its form and all its keys, for a device never online."""
        in_force, form = self._office.in_force(), self._office.form()
        if in_force is None:
            raise Denied(404, "no-directory")
        listed = [key.hash for one in in_force.directory.recipients for key in one.keys]
        keys = [key for key in map(self._office.key, listed) if key is not None]
        if form is None or len(keys) != len(listed):
            raise Denied(404, "not-found")
        return answers.data(encode_directory_file(in_force.document, form=form.data, keys=keys))

    async def get_form(self, request: web.BaseRequest, hash_hex: str) -> web.Response:
        """Return the form of the directory in force by its SHA-256: what a source is asked."""
        form = self._office.form()
        if form is None or form.hash.hex() != hash_hex:
            raise Denied(404, "not-found")
        return answers.encoded(request, answers.JSON, form.data, form.compressed)

    async def get_key(self, _request: web.BaseRequest, hash_hex: str) -> web.Response:
        """Return a public intake key by its SHA-256."""
        key = self._office.key(KeyHash(bytes.fromhex(hash_hex)))
        if key is None:
            raise Denied(404, "not-found")
        return answers.data(key)

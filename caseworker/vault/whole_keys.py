"""Keys that are used as they are: no two keys come from them as from those of SPEC 8."""

from crypto.chunks import FileKey

__all__ = ["WholeFileKey"]


class WholeFileKey(FileKey):
    """A key, 32 bytes, under which chunks are sealed, and from which their ids come if any do.

    So backups are sealed, and so files were before version 1 of the protocol.
    """

    @property
    def aead_key(self) -> bytes:
        """The key itself."""
        return self.secret

    @property
    def id_key(self) -> bytes:
        """The key itself."""
        return self.secret

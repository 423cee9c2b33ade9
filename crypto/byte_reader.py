"""Reading binary formats from their beginning to their end."""

from crypto.errors import Malformed

__all__ = ["ByteReader"]


class ByteReader:
    """Hands out the parts of some bytes in order; Malformed where too few or too many are there."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def read(self, size: int) -> bytes:
        """Return the next `size` bytes."""
        end = self._at + size
        if end > len(self._data):
            raise Malformed("it ends too early")
        part = self._data[self._at : end]
        self._at = end
        return part

    def u8(self) -> int:
        """Return the next byte as a number."""
        return self.read(1)[0]

    def u32(self) -> int:
        """Return the next four bytes as a number, big-endian."""
        return int.from_bytes(self.read(4), "big")

    def sized(self, max_size: int, min_size: int = 1) -> bytes:
        """Return the bytes that follow their own length, a u32 of `min_size` to `max_size`."""
        size = self.u32()
        if not min_size <= size <= max_size:
            raise Malformed("a length out of range")
        return self.read(size)

    def rest(self) -> bytes:
        """Return all that is left."""
        return self.read(len(self._data) - self._at)

    def end(self) -> None:
        """Return if nothing is left."""
        if self._at != len(self._data):
            raise Malformed("something follows its end")

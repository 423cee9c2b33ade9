"""Padding that hides how long something is: SPEC 2, `pad`, and 8.2 for numbers of chunks."""

from crypto.errors import Malformed, TooLarge

__all__ = ["pad", "padded_chunk_count", "unpad"]

_LENGTH_SIZE = 4


def pad(data: bytes, size: int) -> bytes:
    """Return `data` with its length in front and zeros behind, `size` bytes in all.

    Raises TooLarge where `data` has more than `size` - 4 bytes.
    """
    zeros = size - _LENGTH_SIZE - len(data)
    if zeros < 0:
        raise TooLarge("more data than the padded size holds")
    return len(data).to_bytes(_LENGTH_SIZE, "big") + data + bytes(zeros)


def unpad(data: bytes) -> bytes:
    """Return what `pad` was given.

    Raises Malformed where the length exceeds the room or anything but zeros follows.
    """
    if len(data) < _LENGTH_SIZE:
        raise Malformed("padded data too short for its length")
    end = _LENGTH_SIZE + int.from_bytes(data[:_LENGTH_SIZE], "big")
    if end > len(data):
        raise Malformed("padded data claims more than there is")
    if data.count(0, end) != len(data) - end:
        raise Malformed("padding holds something other than zeros")
    return data[_LENGTH_SIZE:end]


def padded_chunk_count(n: int) -> int:
    """Return up to how many chunks a message of `n` chunks is filled."""
    # SPEC 8.2
    if n == 0:
        return 0
    if n <= 8:
        return 1 << (n - 1).bit_length()
    exponent = n.bit_length() - 1
    zeros = exponent - exponent.bit_length()
    step = 1 << zeros
    return -(-n // step) * step

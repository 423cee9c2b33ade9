"""Whether bytes that lay on a disk lie there still, after a file was overwritten."""

_BLOCK = 16


def is_overwritten(before: bytes, after: bytes) -> bool:
    """Tell whether a file as large as before holds no 16 bytes that it held."""
    assert len(before) == len(after) > _BLOCK
    blocks = {before[at : at + _BLOCK] for at in range(len(before) - _BLOCK + 1)}
    return not any(after[at : at + _BLOCK] in blocks for at in range(len(after) - _BLOCK + 1))

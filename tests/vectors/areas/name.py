"""File names: SPEC 7.2."""

from collections.abc import Iterator

from tests.vectors.vector import Vector, accepted, refused

_GOOD = (
    "photo.jpg",
    "счёт №12 (копия).pdf",
    "..a",
    "a..",
    ".profile",
    "a b",
    "ж" * 60,
    "a" * 120,
    "e\u0301.txt",
    "🦉.png",
    "CON",
    "a\u0378b",
)

_MADE_SAFE = {
    "photo.jpg": "photo.jpg",
    "/home/anna/photo.jpg": "photo.jpg",
    "C:\\Users\\anna\\photo.jpg": "photo.jpg",
    "a\\b/c": "c",
    "folder/": "file",
    "": "file",
    ".": "file",
    "..": "file",
    "a/..": "file",
    " \t .. \u3000": "file",
    "  spaced name.txt \n": "spaced name.txt",
    "gpj.\u202eexe": "gpj.exe",
    "bell\x07.txt": "bell.txt",
    "zero\u200bwidth": "zerowidth",
    "hieroglyphs\U00013439.txt": "hieroglyphs.txt",
    "unassigned\u0378\U000e0fff.txt": "unassigned.txt",
    "line\u2028break\u2029": "linebreak",
    "a" * 130: "a" * 120,
    "a" * 130 + ".jpeg": "a" * 115 + ".jpeg",
    "ж" * 80 + ".pdf": "ж" * 58 + ".pdf",
    "ж" * 80 + ".x": "ж" * 59 + ".x",
    "🦉" * 40: "🦉" * 30,
    "a" * 130 + "." + "x" * 15: "a" * 104 + "." + "x" * 15,
    "a" * 130 + "." + "x" * 16: "a" * 120,
    "." + "a" * 130: "." + "a" * 119,
    "a" * 119 + " b": "a" * 119,
    "a" * 119 + "ж": "a" * 119,
}

_BAD = {
    "name_path": {
        "slash": "a/b.txt",
        "backslash": "a\\b.txt",
        "absolute": "/etc/passwd",
        "parent": "../a",
        "drive": "C:\\a",
    },
    "name_dots": {"one": ".", "two": "..", "empty": ""},
    "name_control": {
        "newline": "a\nb",
        "escape": "a\x1b[31mb",
        "null": "a\0b",
        "delete": "a\x7fb",
        "c1": "a\x9bb",
    },
    "name_bidi": {
        "override": "gpj.\u202eexe",
        "isolate": "a\u2066b",
        "mark": "a\u200fb",
        "zero_width": "a\u200bb",
        "byte_order_mark": "\ufeffa",
        "line": "a\u2028b",
        "paragraph": "a\u2029b",
        "tag": "a\U000e0041b",
        "newer_than_unicode_14": "a\U00013439b",
        "soft_hyphen": "a\xadb",
        "language_tag": "a\U000e0001b",
    },
    "name_size": {
        "long": "a" * 121,
        "long_in_bytes": "ж" * 60 + "a",
        "space_before": " a",
        "space_after": "a ",
        "no_break_space": "a\u00a0",
        "ideographic_space": "\u3000a",
    },
}


def vectors() -> Iterator[Vector]:
    """Yield names as they are, names made acceptable, and names refused."""
    yield accepted(
        "name_ok", "Names that stand as they are.", "check_file_name", None, names=list(_GOOD)
    )
    yield accepted(
        "name_ok_made_safe",
        "Names as a device gives them, and as a client announces them.",
        "safe_file_name",
        list(_MADE_SAFE.values()),
        names=list(_MADE_SAFE),
    )
    for rule, names in _BAD.items():
        for variant, name in names.items():
            yield refused(
                rule,
                "A file name that is refused.",
                "Malformed",
                "check_file_name",
                variant=variant,
                names=[name],
            )

"""The fingerprint of an office on paper, in every language that has a text for it."""

from collections.abc import Mapping
from importlib import resources

from crypto.directory import digit_lines, fingerprint, name_in
from crypto.names import GenesisId


def fingerprint_lines(genesis_id: GenesisId) -> list[str]:
    """Return the fingerprint as four lines of four groups."""
    return digit_lines(fingerprint(genesis_id))


def fingerprint_sheet(genesis_id: GenesisId, names: Mapping[str, str]) -> str:
    """Return the text to print: the same digits under the office's name in each language."""
    folder = resources.files("caseworker.office") / "sheets"
    digits = "\n".join(f"    {line}" for line in fingerprint_lines(genesis_id))
    pages = [
        file.read_text("utf-8").format(
            name=name_in(names, file.name.removesuffix(".txt")), digits=digits
        )
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
    ]
    return ("\n" + "-" * 78 + "\n\n").join(pages)

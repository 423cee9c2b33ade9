"""Refuse committed files that say where packages come from, or on whose machine they were made.

Where to fetch from is each builder's own setting; what to fetch is pinned by hash.
"""

import re
import sys
from pathlib import Path

from deploy.committed_files import ROOT, committed_files

SETTINGS = re.compile(
    r'--(?:extra-)?index-url\b|--find-links\b|"resolved"\s*:|^\s*registry\s*=', re.MULTILINE
)
ADDRESSES = re.compile(r"https?://(?:[\w.:-]*(?:pypi|python|npm|registry|packages)|\S+/simple\b)")


def complaints(path: Path) -> list[str]:
    """Return one line for each thing that must not stand in the file."""
    if path == Path(__file__).resolve() or not path.is_file():
        return []
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return []
    found = [m.group().strip() for rule in (SETTINGS, ADDRESSES) for m in rule.finditer(text)]
    if len(ROOT.parts) > 2 and f"{ROOT}/" in text:
        found.append("the path of this very folder")
    return [f"{path.relative_to(ROOT)}: {what}" for what in dict.fromkeys(found)]


def main() -> int:
    """Print the complaints; 1 if there were any."""
    lines = [line for path in committed_files() for line in complaints(path)]
    for line in lines:
        print(f"error: {line}", file=sys.stderr)
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())

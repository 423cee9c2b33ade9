"""The catalogues of what sources read.

python -m intake.locale --update    takes new messages in (`make messages`); no translation is lost
python -m intake.locale --check     says what is missing, doubtful, unused or out of date
"""

import argparse
import sys

from intake.locale.catalogues import TRANSLATED, complaints, update


def main() -> int:
    """Check or update every catalogue."""
    parser = argparse.ArgumentParser(
        prog="python -m intake.locale",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--check", action="store_true", help="exit with 1 if something is wrong")
    what.add_argument("--update", action="store_true", help="write the catalogues anew")
    arguments = parser.parse_args()
    if arguments.update:
        for language in TRANSLATED:
            update(language)
    wrong = [line for language in TRANSLATED for line in complaints(language)]
    for line in wrong:
        print(f"error: {line}", file=sys.stderr)
    if wrong:
        hint = "make messages, then translate what it marks, and delete what is unused"
        print(f"hint: {hint}", file=sys.stderr)
    return 1 if wrong and arguments.check else 0


if __name__ == "__main__":
    sys.exit(main())

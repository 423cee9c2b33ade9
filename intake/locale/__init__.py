"""What sources read, in every language but English: a folder a language, a catalogue in each.

English stands in the code, and each English sentence is the key of its translations.
"""

from pathlib import Path
from typing import Final

__all__ = ["CATALOGUES"]

CATALOGUES: Final = Path(__file__).parent
"""The folder for `ground.languages.speak`."""

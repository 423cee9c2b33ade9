"""Every reader of bytes from outside that there is in Python."""

from tests.fuzz.carried import CARRIED
from tests.fuzz.formats import FORMATS
from tests.fuzz.kept import KEPT
from tests.fuzz.sealed import SEALED
from tests.fuzz.target import Target
from tests.fuzz.typed import TYPED

TARGETS: tuple[Target, ...] = (*FORMATS, *SEALED, *TYPED, *KEPT, *CARRIED)

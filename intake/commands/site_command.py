"""`intake site build`: the pages that sources see."""

from dataclasses import dataclass
from pathlib import Path

from ground.shell.frame import Answer, Command, Surroundings
from intake.commands.data_folder import add_data_folder

__all__ = ["SITE_BUILD", "SITE_TOPIC"]

_EXAMPLE = "  intake site build --data /srv/intake"

SITE_TOPIC = f"""\
The pages that sources see. Every import builds them by itself.

{_EXAMPLE}"""


@dataclass(frozen=True)
class SiteBuildOptions:
    """The pages of which folder."""

    data: Path


def _run(options: SiteBuildOptions, _surroundings: Surroundings) -> Answer:
    from intake.site.publishing import build_pages

    build_pages(options.data)
    return Answer(
        "The site has been built. A running server shows it from now on.", {"built": True}
    )


SITE_BUILD = Command(
    "site build",
    "build the pages anew for the directory in force",
    f"""\
Writes all pages for the directory in force, and shows them once all are written. Every import does
this by itself; it is needed alone only after an update of this program.

{_EXAMPLE}""",
    SiteBuildOptions,
    add_data_folder,
    _run,
    is_deed=True,
)

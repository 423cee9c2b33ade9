"""The settings of a server: one frozen object, read once from `intake.toml` in the data folder.

Where the file is missing, everything has its default. An unknown name or an unfit value is refused
when the server starts, so that a slip of the pen never means "unlimited".
"""

import tomllib
from dataclasses import Field, dataclass, field, fields
from typing import Any, Final

from ground.shell.foreign import ForeignText, foreign_path
from ground.shell.refusals import Refusal
from intake.storage.beat import LONGEST_SECONDS
from intake.storage.folder import DataFolder

_MIB: Final = 1024 * 1024
_GIB: Final = 1024 * _MIB


def _setting(default: int, unit: str, least: int, most: int, text: str) -> int:
    """Return a setting with its unit, range and meaning, all of which the file explains."""
    meta = {"unit": unit, "least": least, "most": most, "text": text}
    value: int = field(default=default, metadata=meta)
    return value


@dataclass(frozen=True)
class Settings:
    """Every setting, each a whole number in the unit that its metadata names."""

    envelope_quota: int = _setting(
        20_000,
        "envelopes",
        1,
        10_000_000,
        "How many envelopes (reports and follow-ups, 32 KiB each) may wait for the recipients."
        " A full hour that finds 95 in 100 of them closes the server for more; one, or an import,"
        " that finds fewer than 85 opens it. Their places on the disk are doubled whenever fewer"
        " than a quarter are free, so they can take up to 2.7 times as much.",
    )
    chunk_quota: int = _setting(
        40_000,
        "chunks",
        0,
        10_000_000,
        "How many chunks (of files, 256 KiB each) may wait; closes and opens likewise. 40,000 are"
        " 10 GiB, and up to 2.7 times as much on the disk.",
    )
    day_budget: int = _setting(
        20 * _GIB,
        "bytes a day",
        32_768,
        1024 * _GIB,
        "How much the server takes in on one day (UTC) before it refuses files until the next."
        " Texts are taken up to a tenth more. A full hour that finds 95 in 100 of it used closes as"
        " well. Counted from when the server started.",
    )
    disk_floor: int = _setting(
        512 * _MIB,
        "bytes",
        0,
        1024 * _GIB,
        "How much of the disk is left free: nothing is taken in that would need it. Files also"
        " leave room for the texts still missing from their quota, up to a tenth of the disk.",
    )
    beat_seconds: int = _setting(
        1,
        "seconds",
        1,
        LONGEST_SECONDS,
        "The longest pause between two writes. What comes is written within a quarter of a second;"
        " where nothing comes, random bytes are written over free places, so that no file's time"
        " tells when the last thing came: whoever copies the disk sees that something came in the"
        " last so many seconds, and when, but nothing before. At each such write 80 KiB: 7 GB a day"
        " at 1, 1.4 GB at 5, 0.12 GB at 60. Give more where the disk is an SD card.",
    )
    chunk_uploads: int = _setting(
        64,
        "uploads at once",
        1,
        10_000,
        "How many chunks may be on their way in at once; more wait. 256 KiB of memory each.",
    )
    idle_seconds: int = _setting(
        60,
        "seconds",
        1,
        3_600,
        "How long a connection may stay silent in the middle of a request or between two.",
    )
    upload_seconds: int = _setting(
        300,
        "seconds",
        1,
        86_400,
        "How long one upload may take altogether. 256 KiB in 300 seconds are 874 bytes a second.",
    )
    connections: int = _setting(
        1_000,
        "connections at once",
        1,
        100_000,
        "How many connections are open at once; more are closed as soon as they come.",
    )


def read_settings(folder: DataFolder) -> Settings:
    """Return the settings of a data folder; `Refusal` naming the setting that is wrong."""
    try:
        data = folder.settings.read_bytes()
    except FileNotFoundError:
        return Settings()
    values = _toml(folder, data)
    known = {known.name: known for known in fields(Settings)}
    for name, value in values.items():
        if name not in known:
            raise Refusal(
                f"{foreign_path(folder.settings)} has a setting that does not exist:"
                f" {ForeignText(name)}",
                f"the settings are: {', '.join(known)}",
            )
        _check(folder, known[name], value)
    return Settings(**values)


def _toml(folder: DataFolder, data: bytes) -> dict[str, Any]:
    path = foreign_path(folder.settings)
    try:
        return tomllib.loads(data.decode())
    except tomllib.TOMLDecodeError as error:
        raise Refusal(f"{path} is not valid TOML: {error}", "mend that line") from None
    except UnicodeDecodeError:
        raise Refusal(f"{path} is not UTF-8", "save it as UTF-8") from None
    # A number of thousands of digits, or brackets nested as deep, exceed what the parser follows.
    except (ValueError, RecursionError):
        raise Refusal(f"{path} is not settings", "begin with an empty file") from None


def _check(folder: DataFolder, setting: "Field[Any]", value: object) -> None:
    least, most = setting.metadata["least"], setting.metadata["most"]
    if type(value) is not int or not least <= value <= most:
        raise Refusal(
            f"{foreign_path(folder.settings)}: {setting.name} must be a whole number"
            f" from {least} to {most} ({setting.metadata['unit']})",
            f"without the line it is {setting.default}",
        )


def settings_file() -> str:
    """Return an `intake.toml` that names every setting with unit and default."""
    lines = [
        "# Settings of this intake server. Remove the # before a line to change it;",
        "# the server reads this file when it starts.",
    ]
    for setting in fields(Settings):
        lines += [
            "",
            f"# {setting.metadata['text']}",
            f"# Unit: {setting.metadata['unit']}.",
            f"# {setting.name} = {setting.default}",
        ]
    return "\n".join(lines) + "\n"

"""The argument that every command of the server has."""

import argparse
from pathlib import Path

__all__ = ["add_data_folder"]


def add_data_folder(parser: argparse.ArgumentParser) -> None:
    """Add the argument that names a data folder."""
    parser.add_argument(
        "--data",
        metavar="DIR",
        type=Path,
        required=True,
        help="the data folder of this intake, readable by its owner alone",
    )

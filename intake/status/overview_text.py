"""What `intake status` prints."""

import json

from intake.status.overview import Overview, Waiting


def print_overview(overview: Overview, *, as_json: bool) -> None:
    """Say how things stand, as text or as one JSON object."""
    if as_json:
        print(json.dumps(overview.as_json(), indent=2, ensure_ascii=False))
        return
    if overview.office is not None:
        print(f"Office       {overview.office}")
        print(f"Fingerprint  {overview.fingerprint}")
    if overview.directory is not None:
        print(
            f"Directory    {overview.directory['delegation']}.{overview.directory['sequence']},"
            f" {overview.directory['issued']} until {overview.directory['expires']}"
        )
    print(f"Server       {'running' if overview.serving else 'not running'}")
    for kind, state in overview.accepted.items():
        held, quota = overview.held[kind], overview.quota[kind]
        print(f"{kind.capitalize():<12} {state}; {held:,} held of at most {quota:,}")
    print(f"Board        {overview.board_records:,} records")
    print(f"Disk         {overview.disk_free_bytes // 2**20:,} MiB free")
    for waiting in overview.waiting:
        _print_waiting(waiting)
    for warning in overview.warnings:
        print(f"{'WARNING' if warning.loud else 'warning'}: {warning.text}")
        print(f"         To type: {warning.command}")


def _print_waiting(waiting: Waiting) -> None:
    print(f"Waiting for  {waiting.recipient} ({waiting.title})")
    for name, counts in (("envelopes", waiting.envelopes), ("chunks", waiting.chunks)):
        for week, count in counts.items():
            print(f"             {count:,} {name} of the week from {week}")

"""The three commands of a source, for the table of `intake`: their help, options, and doors.

Only this module and `options` are imported to know of them. What they need is imported when one of
them runs, and nothing that belongs to the server is: it need not be installed.
"""

from typing import Final

from ground.shell.frame import Answer, Command, Surroundings
from intake.source.commands.options import (
    RepliesOptions,
    ReportOptions,
    SendOptions,
    add_replies_arguments,
    add_report_arguments,
    add_send_arguments,
)

__all__ = ["REPLIES", "REPORT", "SEND"]

_REPORT_SUMMARY: Final = "write to an office, encrypted on this device"
_REPORT_TEXT: Final = """\
Asks what happened, encrypts it here to the office's recipients, and sends it. What is given with
--text-file is not asked for. Where there is a terminal you see the first lines of it before it
goes, and all of it where you ask; --yes passes that over, and --codename-fd does. Then you are
shown a codename of eight words: the only way back, which opens nothing before "stored".

  intake report --server https://intake.example.org
  intake report --server http://OFFICE.onion --proxy socks5h://127.0.0.1:9050
  intake report --server URL --text-file report.txt --file photo.jpg --clean
  intake report --server URL --resume

A script gives all of it, and gets the codename on a descriptor of its own:

  intake report --server URL --fingerprint DIGITS --text-file report.txt \\
    --codename-fd 3 3>codename.txt

On a device that is never online, it is sealed into a file, to be sent from another by a form of
the office's site or by `intake send`; the directory file is saved from that site:

  intake report --to-file report.fidelio --directory-file office.directory

If the line breaks, sending goes on by itself. After a kill, --resume goes on where it was. Until
then the message waits in the state folder, encrypted under the codename and a random key together.
Where the system keeps a folder for your session (XDG_RUNTIME_DIR), that key lies there: once you
log out or restart the device it is gone, nobody can open the message any more, and you begin anew.
Once the message is stored or given up, the key and the message are overwritten and removed; that
the office is known here stays (office.json). Flash disks may keep old blocks all the same.

  intake report --give-up                   throws away all that waits on this device

Cleaned copies are made in memory where there is room, and wait encrypted with the message."""

_REPLIES_SUMMARY: Final = "read an office's replies, and write a follow-up"
_REPLIES_TEXT: Final = """\
Asks for your codename, finds the replies to it, and offers to write a follow-up. Words may be
shortened to four letters; one slip in a word is found. Every visit loads the same from the server,
with a codename or without. A follow-up is shown before it goes, as a report is.

  intake replies --server https://intake.example.org
  intake replies --server URL --follow-up-file more.txt --file invoice.pdf

A script gives the codename on a descriptor of its own:

  intake replies --server URL --codename-fd 3 3<codename.txt
  intake replies --server URL --json --codename-fd 3 3<codename.txt"""

_SEND_SUMMARY: Final = "send a sealed file that was made elsewhere"
_SEND_TEXT: Final = """\
Sends what `intake report --to-file` or the offline page of an office's site has sealed into a file.
It needs no codename, and cannot read the message. If it breaks off, send the same file again:
nothing is stored twice.

  intake send report.fidelio --server https://intake.example.org
  intake send report.fidelio --server http://OFFICE.onion --proxy socks5h://127.0.0.1:9050"""


def _report(options: ReportOptions, surroundings: Surroundings) -> Answer:
    from intake.source.commands.report import report

    return report(options, surroundings)


def _send(options: SendOptions, surroundings: Surroundings) -> Answer:
    from intake.source.commands.send import send

    return send(options, surroundings)


def _replies(options: RepliesOptions, surroundings: Surroundings) -> Answer:
    from intake.source.commands.replies import replies

    return replies(options, surroundings)


REPORT: Final = Command(
    name="report",
    summary=_REPORT_SUMMARY,
    description=_REPORT_TEXT,
    options=ReportOptions,
    add_arguments=add_report_arguments,
    run=_report,
    is_deed=True,
)
SEND: Final = Command(
    name="send",
    summary=_SEND_SUMMARY,
    description=_SEND_TEXT,
    options=SendOptions,
    add_arguments=add_send_arguments,
    run=_send,
    is_deed=True,
)
# A follow-up makes it one: its answer says so.
REPLIES: Final = Command(
    name="replies",
    summary=_REPLIES_SUMMARY,
    description=_REPLIES_TEXT,
    options=RepliesOptions,
    add_arguments=add_replies_arguments,
    run=_replies,
    is_deed=False,
)

"""What a report is asked, in this order.

The English sentences are keys of the catalogues in `intake/locale`: whoever shows a question looks
them up. The names of answers go into the sealed message (SPEC 7.1), so that one that was ever sent
keeps its meaning for good.
"""

from dataclasses import dataclass
from typing import Final, Literal

from crypto.sizes import ANSWER_MAX_SIZE

__all__ = ["ANSWERS", "LEFT_OUT", "QUESTIONS", "TEXT", "Question"]


@dataclass(frozen=True)
class Question:
    """One question: a screen of the pages, a prompt of the command line.

    `kind` says where its answer goes: "text" is the message itself, an "answer" stands beside it
    under the question's name, and "recipients" are those who must not read it (asked only where an
    office has several). `help` holds a paragraph each. `rows` is the height of its field in lines,
    `most` the size of an answer in bytes of UTF-8, or None where another limit holds. `files` says
    that files are chosen with it.
    """

    name: str
    kind: Literal["text", "answer", "recipients"]
    heading: str
    help: tuple[str, ...]
    rows: int = 6
    required: bool = False
    most: int | None = None
    files: bool = False


def _(sentence: str) -> str:
    """Mark a sentence for the catalogues; it is translated where it is shown."""
    return sentence


def _answer(name: str, heading: str, *help_: str, rows: int = 6, files: bool = False) -> Question:
    return Question(name, "answer", heading, help_, rows, most=ANSWER_MAX_SIZE, files=files)


QUESTIONS: Final = (
    Question(
        "text",
        "text",
        _("What happened?"),
        (
            _(
                "Tell it in your own words, in any language. Names, places, sums and documents"
                " help."
            ),
            _("Do not write who you are, unless you want the office to know."),
        ),
        rows=12,
        required=True,
    ),
    _answer(
        "who",
        _("Who is involved?"),
        _("Names, posts and workplaces, as far as you know them."),
    ),
    _answer(
        "when",
        _("When and where did it happen?"),
        _("Days, times and places, also roughly. Say if it still goes on."),
    ),
    _answer(
        "how",
        _("How do you know?"),
        _(
            "Say what you saw yourself, what you heard and what you conclude. Others may be able to"
            " tell who you are from what only you can know."
        ),
    ),
    _answer(
        "evidence",
        _("What evidence is there?"),
        _(
            "Documents, messages, pictures, witnesses: what there is and where it lies, also what"
            " you cannot send."
        ),
        rows=4,
        files=True,
    ),
    _answer(
        "fear",
        _("What do you fear?"),
        _("Say what may happen to you or to the evidence, and what the office should avoid."),
    ),
    Question(
        "recipients",
        "recipients",
        _("Who must not see this report?"),
        (
            _(
                "If your report is about someone who works in one of these groups, leave that"
                " group out. Your report is then encrypted to the others only."
            ),
            _("A group that is left out can see that there is a report that it cannot read."),
        ),
    ),
)

ANSWERS: Final = tuple(question for question in QUESTIONS if question.kind == "answer")
"""The questions whose answers stand beside the text."""

TEXT: Final = QUESTIONS[0]
"""The message itself."""

LEFT_OUT: Final = QUESTIONS[-1]
"""Asked last, and only where an office has several recipients."""

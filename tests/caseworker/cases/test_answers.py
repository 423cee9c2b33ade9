"""Answers to the questions of an office's form, as a caseworker reads them."""

import json
from pathlib import Path

from caseworker.cases.answers import AnswerView
from caseworker.cases.conversation import MessageView, conversation
from caseworker.vault.forms import add_form
from crypto.form import first_form, form_hash
from crypto.payload import Answer
from crypto.strict_json import encode_json
from tests.caseworker.commands.test_caseworker_command import run
from tests.offices.vaults import PASSPHRASES, Office, Server, Source

FORM = encode_json(
    {
        "form": 1,
        "questions": [
            {
                "id": "tie",
                "kind": "choice",
                "heading": {"en": "How do you know of it?", "ru": "Откуда вы об этом знаете?"},
                "help": {},
                "choices": [
                    {"id": "saw", "label": {"en": "I saw it", "ru": "Видел сам"}},
                    {"id": "heard", "label": {"und": "Heard"}},
                ],
                "several": True,
                "files": False,
            },
            {
                "id": "since",
                "kind": "text",
                "heading": {"ru": "С какого времени?"},
                "help": {},
                "most": 200,
                "rows": 1,
                "files": False,
            },
        ],
    }
)
ANSWERS: dict[str, Answer] = {
    "later": "Asked by a newer form.",
    "since": "March",
    "tie": ("heard", "saw", "dreamt"),
}


def answers(office: Office) -> tuple[AnswerView, ...]:
    """The answers of the one message of case 1."""
    with office.opened() as vault:
        (message,) = conversation(vault, 1).entries
    assert isinstance(message, MessageView)
    return message.answers


def test_answers_stand_under_their_questions_words_in_the_forms_order(
    office: Office, server: Server, source: Source
) -> None:
    """What the form does not know stands as it is, behind the others."""
    server.report(source, form=form_hash(FORM), answers=ANSWERS)
    with office.opened() as vault, vault.db.transaction():
        add_form(vault.db, FORM)
    office.bring(*server.export())
    assert [(one.heading, one.said) for one in answers(office)] == [
        ("How do you know of it?", ("Heard", "I saw it", "dreamt")),
        ("С какого времени?", ("March",)),
        ("later", ("Asked by a newer form.",)),
    ]


def test_answers_to_a_form_that_is_not_here_stand_as_they_came(
    office: Office, server: Server, source: Source
) -> None:
    server.report(source, form=bytes(32), answers=ANSWERS)
    office.bring(*server.export())
    assert [(one.heading, one.said) for one in answers(office)] == [
        ("later", ("Asked by a newer form.",)),
        ("since", ("March",)),
        ("tie", ("heard", "saw", "dreamt")),
    ]


def test_show_and_save_say_what_was_asked_and_programs_get_what_came(
    office: Office, server: Server, source: Source, tmp_path: Path
) -> None:
    hostile = "\x1b[31mThe head.\nsecond line"
    server.report(source, form=form_hash(first_form()), answers={"who": hostile, "x": ("a", "b")})
    office.bring(*server.export())
    words = [PASSPHRASES["investigations"]]

    shown = run("show", office.vault(), 1, passphrases=words).out
    told = json.loads(run("show", office.vault(), 1, "--json", passphrases=words).out)
    run("save", office.vault(), 1, "--to", tmp_path / "case", passphrases=words)

    assert "  Who is involved?\n" in shown
    assert "\x1b" not in shown
    assert told["entries"][0]["answers"] == {"who": hostile, "x": ["a", "b"]}
    saved = (tmp_path / "case/1-report/text.txt").read_text()
    assert f"[who] Who is involved?\n{hostile}\n" in saved
    assert "[x]\na\nb\n" in saved

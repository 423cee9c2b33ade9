"""A form as the vectors have it: a question of each kind, and one of a kind that comes later."""

from crypto.strict_json import encode_json

Members = dict[str, object]

TEXT: Members = {
    "id": "who",
    "kind": "text",
    "heading": {"en": "Who is involved?", "ru": "Кто в этом участвует?"},
    "help": {"en": ["Names and posts.", "As far as you know them."], "ru": ["Имена и должности."]},
    "most": 2000,
    "rows": 6,
    "files": False,
}
CHOICE: Members = {
    "id": "where",
    "kind": "choice",
    "heading": {"und": "Where?"},
    "help": {},
    "choices": [
        {"id": "here", "label": {"en": "In this office", "ru": "В этом ведомстве"}},
        {"id": "else-where_2", "label": {"en": "Elsewhere"}},
    ],
    "several": True,
    "files": True,
}
LATER: Members = {
    "id": "map",
    "kind": "map",
    "heading": {"en": "Show it on the map"},
    "help": {"en": ["Not before somebody can read this."]},
    "zoom": 3,
}


def form(*questions: Members, **changed: object) -> bytes:
    """Return a form of these questions, with members changed."""
    members: Members = {"form": 1, "questions": list(questions)}
    return encode_json(members | changed)


FORM = form(TEXT, CHOICE, LATER)

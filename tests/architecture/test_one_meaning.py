"""Verbs that mean one thing each (CONTRIBUTING.md, "One word, one thing"): who is named by them."""

import ast
import re

from tests.architecture.product_code import files, tree
from tests.means.repository import REPOSITORY

VERBS = re.compile(
    r"_*(?:take[ns]?|notes?|noted|keeps?|kept|holds?|held|look(?:s|ed)?|puts?|one)(?:_|$)"
)
MEANT = {
    "takes an item, a card or an upload in": {
        "intake/exchange/taking.py": {
            "take", "_take_public", "_take_directory", "_take_form", "_take_keys", "_take_card",
            "_take_statement",
        },
        "intake/server/answers.py": {"_takes_gzip"},
        "crypto/statements.py": {"taken_line"},
        "caseworker/vault/arrivals.py": {"taken_lines"},
        "caseworker/office/new_signing_key.py": {"take_carried_card"},
        "caseworker/office/steps.py": {"taken_card_steps"},
        "caseworker/work/take_card.py": {"take_card"},
        "caseworker/commands/signing_keys.py": {"_take_card"},
    },
    "a caseworker's note on a case": {
        "caseworker/cases/conversation.py": {"_note_view"},
        "caseworker/cases/folding.py": {"_note"},
        "caseworker/commands/answering.py": {"_note"},
    },
    "stays on the disk though it could go": {"caseworker/vault/chunks.py": {"kept_file_names"}},
    "a lock": {
        "ground/disk/held_folders.py": {"hold_folder"},
        "ground/disk/locks.py": {"hold"},
    },
    "the secret half of a key": {
        "caseworker/keys/directories.py": {"_held_key"},
        "caseworker/office/new_signing_key.py": {"_holds_named_key"},
        "caseworker/vault/keys.py": {"held_signing_key"},
    },
    "a person read a flagged case": {"caseworker/cases/folding.py": {"_look"}},
    "an HTTP PUT": {
        "intake/server/chunks.py": {"put"},
        "intake/server/envelopes.py": {"put"},
        "intake/source/reach/api.py": {"put_chunk", "put_envelope", "_put"},
    },
}  # fmt: skip


def test_each_of_these_verbs_means_one_thing() -> None:
    found = {
        (path.relative_to(REPOSITORY).as_posix(), node.name)
        for path in files(".py")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and VERBS.match(node.name)
    }
    meant = {
        (path, name)
        for places in MEANT.values()
        for path, names in places.items()
        for name in names
    }

    assert sorted(found ^ meant) == []

"""What an office chooses at its beginning and later: batches, release, mirrors, the form."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from crypto.bundle import ItemType, OutboundHeader, read_bundle
from crypto.directory import Directory, read_directory
from crypto.form import first_form, form_hash
from tests.caseworker.commands.test_caseworker_command import Done, run
from tests.caseworker.commands.test_server_keys import renew
from tests.means.person_at_a_terminal import Person, at_a_terminal
from tests.offices.vaults import ADDRESS, Office

OTHER_FORM = (
    b'{"form":1,"questions":[{"id":"where","kind":"text","heading":{"und":"Where?"},"help":{},'
    b'"files":false,"most":200,"rows":1}]}'
)
WORD = "a passphrase long enough"


def create(folder: Path, *more: object) -> Done:
    """Run `office create` for two recipients."""
    line = ["office", "create", folder, "--name", "O", "--address", ADDRESS]
    line += ["--recipient", "a=A", "b=B", "--json", *more]
    return run(*line, passphrases=[WORD] * 3)


def in_bundle(path: Path) -> tuple[Directory, list[bytes]]:
    """The directory in a bundle, and the forms."""
    with path.open("rb") as file:
        header, items = read_bundle(file.read, OutboundHeader, None, None)
        found = list(items)
    (document,) = [item for kind, item in found if kind == ItemType.DIRECTORY]
    return read_directory(document, header.genesis_id), [
        item for kind, item in found if kind == ItemType.FORM
    ]


def test_an_office_that_says_nothing_has_batches_of_32_at_every_export_and_the_first_form(
    tmp_path: Path,
) -> None:
    made = create(tmp_path / "office")
    assert made.code == 0, made.err
    directory, forms = in_bundle(tmp_path / "office/first.bundle")
    assert (directory.batch_size, directory.release, directory.mirrors) == (32, 0, ())
    assert directory.servers == ()
    assert directory.form == form_hash(first_form())
    assert forms == [first_form()]


@pytest.mark.parametrize("contact", ["ru=", "en= ", "RU=Почтой", "En =By post"])
def test_a_contact_that_marks_a_language_wrongly_or_says_nothing_makes_no_office(
    tmp_path: Path, contact: str
) -> None:
    refused = create(tmp_path / "office", "--contact", "By post", contact)
    assert refused.code == 2
    assert contact.strip() in refused.err
    assert not (tmp_path / "office").exists()


def test_a_contact_of_any_other_sign_of_equality_is_taken_as_it_stands(tmp_path: Path) -> None:
    contacts = ["vk=id123", "tg=@office", "ru=Почтой: улица А", "https://example.org/?a="]
    made = create(tmp_path / "office", "--contact", *contacts)
    assert made.code == 0, made.err
    directory, _ = in_bundle(tmp_path / "office/first.bundle")
    assert directory.contacts == tuple(contacts)


def test_reports_and_exports_a_week_say_how_large_batches_are(tmp_path: Path) -> None:
    made = create(tmp_path / "office", "--reports", 60, "--exports", 2)
    assert made.code == 0, made.err
    assert made.data["batch_size"] == 64
    directory, _ = in_bundle(tmp_path / "office/first.bundle")
    assert directory.batch_size == 64


def test_all_choices_stand_in_the_first_directory(tmp_path: Path) -> None:
    form = tmp_path / "form.json"
    form.write_bytes(OTHER_FORM)
    more = ["--batch-size", 16, "--release", "friday", "--mirror", "https://m.example"]
    made = create(tmp_path / "office", *more, "--form", form)
    assert made.code == 0, made.err
    directory, forms = in_bundle(tmp_path / "office/first.bundle")
    assert (directory.batch_size, directory.release) == (16, 5)
    assert directory.mirrors == ("https://m.example",)
    assert (directory.form, forms) == (form_hash(OTHER_FORM), [OTHER_FORM])


def test_what_is_no_form_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    form = tmp_path / "form.json"
    form.write_bytes(OTHER_FORM + b"\n")
    made = create(tmp_path / "office", "--form", form)
    assert made.code == 1
    assert "is no form" in made.err
    assert not (tmp_path / "office").exists()


@pytest.mark.parametrize(
    "more",
    [
        ["--batch-size", "20"],
        ["--release", "someday"],
        ["--mirror", "nowhere"],
        ["--reports", "none"],
    ],
)
def test_a_choice_that_there_is_not_is_a_usage_error(tmp_path: Path, more: list[str]) -> None:
    assert create(tmp_path / "office", *more).code == 2
    assert not (tmp_path / "office").exists()


def test_a_person_is_asked_what_comes_and_told_what_a_visit_weighs(tmp_path: Path) -> None:
    line = ["-m", "tests.means.quick_passphrases", "office", "create", str(tmp_path / "office")]
    line += ["--name", "O", "--address", ADDRESS, "--recipient", "a=A"]
    with at_a_terminal(tmp_path, *line) as someone:
        someone.types("reports do you expect a week?", "many")
        someone.types("a whole number", "60")
        someone.types("export a bundle?", "2")
        for what in ("the root key", "the vault a"):
            someone.types(f"New passphrase of {what}, 12 letters or more: ", WORD)
            someone.types("again", WORD)
        assert someone.ends() == 0, someone.seen
    seen = " ".join(someone.seen.split())
    assert "batches of 128 records" in seen
    assert "2 times a week" in seen
    assert "after half a year" in seen


def directory_of(done: Done) -> Any:
    """What `office renew --json` says of the directory."""
    assert done.code == 0, done.err
    return done.data["directory"]


def test_a_renewal_changes_each_and_leaves_the_rest(office: Office, tmp_path: Path) -> None:
    form = tmp_path / "form.json"
    form.write_bytes(OTHER_FORM)
    more = ["--batch-size", 128, "--release", "monday", "--form", form]
    first = directory_of(renew(office, *more, "--mirror", "https://m.example", "--json"))
    assert (first["batch_size"], first["release"]) == (128, "monday")
    assert (first["mirrors"], first["form"]) == (
        ["https://m.example"],
        form_hash(OTHER_FORM).hex(),
    )
    second = directory_of(renew(office, "--json"))
    changed = ("batch_size", "release", "mirrors", "form", "servers")
    assert [second[one] for one in changed] == [first[one] for one in changed]
    _, forms = in_bundle(next(office.folder.glob("directory-1-3.bundle")))
    assert forms == [OTHER_FORM]
    third = directory_of(renew(office, "--mirror", "--release", "every-export", "--json"))
    assert (third["mirrors"], third["release"]) == ([], "every-export")


def creating_at_a_terminal(folder: Path) -> AbstractContextManager[Person]:
    """Somebody who makes an office of one recipient."""
    line = ["office", "create", str(folder / "office"), "--name", "O", "--address", ADDRESS]
    line += ["--recipient", "a=A", "--batch-size", "32"]
    return at_a_terminal(folder, "-m", "tests.means.quick_passphrases", *line)


def test_a_slip_in_a_passphrase_costs_a_line_and_not_the_office(tmp_path: Path) -> None:
    with creating_at_a_terminal(tmp_path) as someone:
        someone.types("of the root key, 12 letters or more: ", "too short")
        someone.types("is shorter than 12 letters. Once more.", WORD)
        someone.types("The same again: ", WORD + "r")
        someone.types("The two passphrases differ. Once more.", WORD)
        someone.types("The same again: ", WORD)
        someone.types("of the vault a, 12 letters or more: ", WORD)
        someone.types("The same again: ", WORD)
        assert someone.ends() == 0, someone.seen
    assert "The office is made" in someone.seen


def test_after_three_slips_nothing_is_made(tmp_path: Path) -> None:
    with creating_at_a_terminal(tmp_path) as someone:
        for _ in range(3):
            someone.types("of the root key, 12 letters or more: ", WORD)
            someone.types("The same again: ", WORD + "r")
        assert someone.ends() == 1
    assert "nothing was made: start again" in someone.seen
    assert not (tmp_path / "office").exists()

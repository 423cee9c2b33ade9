"""Text that a person gives, however it was saved."""

import codecs
import io
import locale
import os
from pathlib import Path

import pytest

from ground.shell.refusals import Refusal, UsageError
from ground.shell.typed_text import decoded, decoded_lines, open_descriptor, read_text

TEXT = "Деньги, 報告 ✓"


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
    ],
    ids=["UTF-8", "UTF-8 with a mark", "UTF-16 LE", "UTF-16 BE"],
)
def test_a_text_is_read_by_its_mark(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "text").write_bytes(data)
    assert decoded(data) == TEXT
    assert read_text(tmp_path / "text", 1000) == TEXT
    assert list(decoded_lines(io.BytesIO(data), 1000)) == [TEXT]


def test_what_is_no_utf_8_is_read_as_this_device_saves_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locale, "getpreferredencoding", lambda **_: "KOI8-R")
    assert decoded("Деньги".encode("koi8-r")) == "Деньги"
    assert decoded("Деньги".encode()) == "Деньги"


@pytest.mark.parametrize("encoding", ["UTF-8", "US-ASCII"])
def test_nothing_is_guessed_where_this_device_saves_utf_8(
    encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locale, "getpreferredencoding", lambda **_: encoding)
    with pytest.raises(UnicodeError):
        decoded("Деньги".encode("koi8-r"))


def test_bytes_that_are_no_text_are_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "picture\n").write_bytes(b"\x89PNG\x00\xff")
    with pytest.raises(Refusal, match=r"not a text in UTF-8: .*picture<U[+]000A>"):
        read_text(tmp_path / "picture\n", 1000)
    (tmp_path / "zeros").write_bytes(bytes(4))
    with pytest.raises(Refusal, match="not a text"):
        read_text(tmp_path / "zeros", 1000)


def test_a_text_that_is_far_too_long_is_not_read_to_its_end(tmp_path: Path) -> None:
    (tmp_path / "text").write_bytes(b"a" * 11)
    assert len(read_text(tmp_path / "text", 11)) == 11
    with pytest.raises(Refusal, match="far too long"):
        read_text(tmp_path / "text", 10)


def test_line_ends_are_those_of_unix(tmp_path: Path) -> None:
    (tmp_path / "text").write_bytes(b"a\r\nb\r\n")
    assert read_text(tmp_path / "text", 100) == "a\nb\n"


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"cannot be read from .*nothing"):
        read_text(tmp_path / "nothing", 100)


def test_lines_of_a_pipe_are_not_waited_for_to_its_end() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"first\n")
    with os.fdopen(reading, "rb") as file:
        assert next(decoded_lines(file, 100)) == "first"
    os.close(writing)


def test_a_descriptor_that_nobody_opened_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="file descriptor 99"):
        open_descriptor(99, "--secret-fd")

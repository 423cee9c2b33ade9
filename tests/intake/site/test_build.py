"""The static site: what is in its files, and that nothing else decides over them."""

import base64
import dataclasses
import gzip
import hashlib
import re
from pathlib import Path

import pytest

from crypto.days import later
from crypto.directory import Directory, read_directory
from crypto.names import Day
from crypto.word_lists import word_list
from ground.languages import LANGUAGES
from ground.shell.refusals import Refusal
from intake.server import form, sealed_uploads
from intake.server.admission import Reason
from intake.site import build
from intake.site.build import build_site
from intake.site.words import pack_words
from tests.offices.signed_office import PracticeOffice

DAY = Day(20_700)
CODES = tuple(language.code for language in LANGUAGES)
NAMES = {"en": "Office of <Practice>", "ru": "Учебное ведомство"}


@pytest.fixture(scope="module")
def directory() -> Directory:
    office = PracticeOffice.create(DAY, names=NAMES, contacts=("By post: A & B Street",))
    return read_directory(office.document(), office.genesis_id)


@pytest.fixture(scope="module")
def site(directory: Directory, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built") / "site"
    build_site(folder, directory.genesis_id, directory, DAY)
    return folder


def _pages(site: Path) -> dict[str, str]:
    return {str(path.relative_to(site)): path.read_text() for path in site.rglob("*.html")}


def _served(site: Path) -> dict[str, str]:
    """All pages but those that are opened from a disk."""
    return {name: page for name, page in _pages(site).items() if "offline" not in name}


def test_the_same_input_gives_the_same_bytes(directory: Directory, site: Path) -> None:
    again = build.site_files(directory.genesis_id, directory, DAY)
    assert again == {
        str(path.relative_to(site)): path.read_bytes()
        for path in site.rglob("*")
        if path.is_file() and path.suffix != ".gz"
    }


def test_every_page_is_there_in_every_language(site: Path) -> None:
    expected = {"index.html", "404.html"}
    for language in CODES:
        expected |= {f"{language}/index.html", f"{language}/replies/index.html"}
        expected |= {f"{language}/plain/index.html", f"{language}/offline.html"}
    answers = {name for name in _pages(site) if name.startswith("answers/")}
    assert set(_pages(site)) - answers == expected


@pytest.mark.parametrize("language", CODES)
def test_the_ways_without_javascript_can_be_found_with_it(site: Path, language: str) -> None:
    for page, place in (("index.html", ""), ("replies/index.html", "#replies")):
        foot = (site / language / page).read_text().partition("<footer>")[2]
        assert f'<a href="/{language}/plain/{place}">' in foot


@pytest.mark.parametrize("language", CODES)
def test_there_is_a_page_for_every_answer_that_the_form_can_give(site: Path, language: str) -> None:
    source = Path(sealed_uploads.__file__).read_text() + Path(form.__file__).read_text()
    codes = set(
        re.findall(r'Denied\([^()]*?"([a-z-]+)"(?: if reader.head else "([a-z-]+)")?', source)
    )
    named = {code for pair in codes for code in pair if code} | {"stored", "puzzle", "other-bytes"}
    there = {path.stem for path in (site / "answers" / language).glob("*.html")}
    assert {"damaged", "not-sealed", "no-file", "too-slow", "expired"} <= named
    assert named | set(Reason) | {f"before-{reason}" for reason in Reason} <= there


def test_the_offline_page_holds_everything_and_can_connect_to_nothing(site: Path) -> None:
    for language in CODES:
        page = (site / language / "offline.html").read_text()
        policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
        assert policy is not None
        for kind in ("script", "style"):
            inline = re.search(rf"<{kind}>(.*?)</{kind}>", page, re.DOTALL)
            assert inline is not None
            digest = base64.b64encode(hashlib.sha256(inline[1].encode()).digest()).decode()
            assert f"{kind}-src 'sha256-{digest}';" in policy[1]
        assert policy[1].startswith("default-src 'none'; ")
        assert "connect-src" not in policy[1]
        assert not re.search(r"\s(src|href|action)=|@import|url\(", page.partition("<script>")[0])
        assert "fetch(" not in page


def test_the_offline_page_stays_the_same_with_another_day_and_directory(
    directory: Directory, site: Path
) -> None:
    changed = dataclasses.replace(directory, names={"en": "Renamed"}, sequence=99, contacts=())

    after = build.site_files(directory.genesis_id, changed, later(DAY, 30))

    for name in (f"{language}/offline.html" for language in CODES):
        assert after[name] == (site / name).read_bytes()


def test_the_sha256_of_the_offline_page_stands_on_the_site(site: Path) -> None:
    for language in CODES:
        digest = hashlib.sha256((site / language / "offline.html").read_bytes()).hexdigest()
        page = (site / language / "plain" / "index.html").read_text()
        shown = re.search(r'<p class="digits" translate="no">([^<]*)</p>', page)
        assert shown is not None
        assert "".join(shown[1].split()) == digest


def test_a_compressed_file_holds_the_same_bytes(site: Path) -> None:
    compressed = list(site.rglob("*.gz"))
    # Three for all languages; in each four pages, two programs and a list of words.
    of_all = 3 + 7 * len(CODES)
    assert len(compressed) == of_all + len(list(site.glob("answers/*/*.html")))
    for path in compressed:
        assert gzip.decompress(path.read_bytes()) == path.with_suffix("").read_bytes()


def test_no_page_holds_a_script_a_style_or_an_address_elsewhere(
    directory: Directory, site: Path
) -> None:
    for served in _served(site).values():
        page = served.replace(f"--server {directory.addresses[0]}", "")
        assert not re.search(r"<script(?![^>]* src=)[^>]*>|<style|\sstyle=|\son\w+=", page)
        assert not re.search(r"(?:src|href)=\"(?!/)", page)
        assert "://" not in page


def test_pages_carry_the_office_the_day_and_the_lowest_directory_in_their_own_bytes(
    directory: Directory, site: Path
) -> None:
    for name in ("en/index.html", "ru/index.html", "en/replies/index.html"):
        page = _pages(site)[name]
        assert f'<meta name="office" content="{directory.genesis_id.hex()}">' in page
        assert f'<meta name="build-day" content="{DAY}">' in page
        lowest = f"{directory.delegation.number} {directory.sequence}"
        assert f'<meta name="lowest" content="{lowest}">' in page


def test_names_and_contacts_of_the_directory_stand_in_the_pages_escaped(site: Path) -> None:
    pages = _pages(site)
    assert "Office of &lt;Practice&gt;" in pages["en/index.html"]
    assert "Учебное ведомство" in pages["ru/index.html"]
    assert "By post: A &amp; B Street" in pages["ru/index.html"]


def test_title_and_icon_say_nothing(site: Path) -> None:
    for page in _served(site).values():
        assert re.search(r"<title>(Information|Информация)</title>", page)
        assert '<link rel="icon" href="/icon.png">' in page


def test_a_page_without_javascript_says_that_plaintext_is_never_taken(site: Path) -> None:
    pages = _pages(site)
    for name, words in (
        ("en/index.html", "needs JavaScript"),
        ("ru/index.html", "нужен JavaScript"),
    ):
        said = re.search(r"<noscript>(.*?)</noscript>", pages[name], re.DOTALL)
        assert said is not None
        assert words in said[1]
        assert "<form" not in pages[name]


@pytest.mark.parametrize("page", ["report", "replies"])
def test_a_program_carries_its_own_language_and_word_list_only(site: Path, page: str) -> None:
    english = next(site.glob(f"{page}-en-*.js")).read_text()
    russian = next(site.glob(f"{page}-ru-*.js")).read_text()
    assert pack_words(word_list("english"))[1] in english
    assert pack_words(word_list("russian"))[1] in russian
    # «ё» to «ю» stand in the keyboard layout of SPEC 6.1.
    cyrillic = re.findall("[а-яё]+", english)
    assert cyrillic == ["ёйцукенгшщзхъфывапролджэячсмитьбю"]
    assert "Leave this page" in english
    assert "Leave this page" not in russian
    assert not re.search(r"(?<![\w$.#])(_|ngettext)\(", english + russian)


@pytest.mark.parametrize("page", ["report", "replies"])
def test_a_program_names_the_lists_of_other_languages_and_the_offline_page_holds_them(
    site: Path, page: str
) -> None:
    for code, other in (("en", "russian"), ("ru", "english")):
        program = next(site.glob(f"{page}-{code}-*.js")).read_text()
        (named,) = re.findall(r'"path":"/(words-[^"]*)"', program)
        assert named.startswith(f"words-{other}-")
        assert (site / named).read_text() == "\n".join(pack_words(word_list(other)))
        offline = (site / code / "offline.html").read_text()
        assert pack_words(word_list(other))[1] in offline
        assert named not in offline


def test_a_page_loads_only_files_that_are_there(site: Path) -> None:
    for page in _served(site).values():
        for path in re.findall(r"(?:src|href)=\"(/[^\"#]*)[\"#]", page):
            assert path.startswith("/v1/") or (site / path[1:]).exists(), path


def test_a_program_that_was_not_built_is_refused_with_the_way_to_build_it(
    directory: Directory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "_CLIENT", tmp_path)
    with pytest.raises(Refusal) as refused:
        build_site(tmp_path / "site", directory.genesis_id, directory, DAY)
    assert "make client" in refused.value.hint
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize("language", ["english", "russian"])
def test_a_packed_list_unpacks_to_its_words(language: str) -> None:
    letters, packed = pack_words(word_list(language))
    numbers = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    words: list[str] = []
    for shared, rest in re.findall(r"(\d)(\D*)", packed):
        own = "".join(letters[numbers.index(letter)] for letter in rest)
        words.append((words[-1] if words else "")[: int(shared)] + own)
    assert tuple(words) == word_list(language)

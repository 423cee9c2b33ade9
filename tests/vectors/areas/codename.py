"""Codenames, the ways they are typed, and the keys that come from them: SPEC 6."""

import unicodedata
from collections.abc import Iterator

from crypto.codename import Codename, codename_words
from crypto.names import GenesisId
from crypto.source_keys import derive_source_keys, set_token
from crypto.word_lists import word_list
from tests.vectors.people import CODENAME, GENESIS_ID, OTHER_GENESIS_ID, SOURCE
from tests.vectors.vector import Vector, accepted, refused

ENGLISH = word_list("english")
RUSSIAN = word_list("russian")
_KEYS = ("`qwertyuiop[]asdfghjkl;'zxcvbnm,.", "ёйцукенгшщзхъфывапролджэячсмитьбю")
TO_RUSSIAN_LAYOUT = str.maketrans(*_KEYS)
_TO_ENGLISH_LAYOUT = str.maketrans(*reversed(_KEYS))


def vectors() -> Iterator[Vector]:
    """Yield words and keys of codenames, and typed words that are one or none."""
    yield from _words()
    yield from _keys()
    yield from _typed_well()
    yield from _separated()
    yield from _typed_badly()


def _words() -> Iterator[Vector]:
    for language, words in (("english", ENGLISH), ("russian", RUSSIAN)):
        for variant, bits in (("", CODENAME.bits), ("_zeros", bytes(10)), ("_ones", b"\xff" * 10)):
            yield accepted(
                f"codename_ok_words_{language}{variant}",
                "A codename in words.",
                "codename_words",
                codename_words(Codename(bits), words),
                language=language,
                bits=bits.hex(),
            )


def _keys() -> Iterator[Vector]:
    for variant, genesis_id in (("", GENESIS_ID), ("_other_office", OTHER_GENESIS_ID)):
        keys = (
            SOURCE
            if genesis_id == GENESIS_ID
            else derive_source_keys(CODENAME, GenesisId(genesis_id))
        )
        yield accepted(
            f"codename_ok_keys{variant}",
            "All keys of a codename towards an office.",
            "derive_source_keys",
            {
                "signing_key": keys.signing.public_key.hex(),
                "set_key": keys.set_key.hex(),
                "thread_id": keys.thread_id.hex(),
            },
            bits=CODENAME.bits.hex(),
            genesis_id=genesis_id.hex(),
        )
    sets = [["board"], ["board", "investigations"], ["investigations", "board"], ["A", "a", "a-1"]]
    yield accepted(
        "codename_ok_set_tokens",
        "Set tokens; the order in which ids are given does not matter.",
        "set_token",
        [set_token(SOURCE, one).hex() for one in sets],
        bits=CODENAME.bits.hex(),
        genesis_id=GENESIS_ID.hex(),
        sets=sets,
    )


def _typed_well() -> Iterator[Vector]:
    words = codename_words(CODENAME, ENGLISH)
    for variant, typed in {
        "": words,
        "upper_case": [word.upper() for word in words],
        "beginnings": [word[:4] for word in words],
        "numbered": [f"{place}. {word}," for place, word in enumerate(words, 1)],
        "quoted": [f"«{word}»" for word in words],
        "accents": [word.replace("e", "é").replace("a", "a\u0308") for word in words],
        "full_width": ["".join(chr(ord(c) + 0xFEE0) for c in word) for word in words],
        "other_layout": [word.translate(TO_RUSSIAN_LAYOUT) for word in words],
        "other_layout_upper_case": [word.translate(TO_RUSSIAN_LAYOUT).upper() for word in words],
        "other_layout_beginnings": [word[:4].translate(TO_RUSSIAN_LAYOUT) for word in words],
    }.items():
        yield _read("english", variant, " ".join(typed), CODENAME)
    for variant, gap in {
        "spaces": " \t\n\u00a0 \u2003\u3000",
        "dashes": "-",
        "long_dashes": "\u2010\u2013\u2014\u2015",
    }.items():
        yield _read("english", variant, gap + gap.join(words) + gap, CODENAME)
    other_layout = "efort".translate(TO_RUSSIAN_LAYOUT)
    slips = {1: "vauult", 2: "heght", 3: "acxess", 4: "umbrlela", 5: other_layout, 8: "carpetq"}
    yield _slips("english", words, CODENAME, slips)
    with_q = _with_words("quick equal unique squeeze require liquid acquire", ENGLISH)
    decomposed = " ".join(
        unicodedata.normalize("NFD", word.translate(TO_RUSSIAN_LAYOUT))
        for word in codename_words(with_q, ENGLISH)
    )
    yield _read("english", "other_layout_decomposed", decomposed, with_q)
    yield from _typed_well_in_russian()


def _typed_well_in_russian() -> Iterator[Vector]:
    codename = _with_words("багаж хлеб экипаж объект белый бюджет беженец", RUSSIAN)
    words = [unicodedata.normalize("NFC", word) for word in codename_words(codename, RUSSIAN)]
    for variant, typed in {
        "": words,
        "upper_case": [word.upper() for word in words],
        "decomposed": [unicodedata.normalize("NFD", word) for word in words],
        "without_marks": [word.replace("й", "и") for word in words],
        "with_marks": [word.replace("е", "ё") for word in words],
        "beginnings": [word[:4] for word in words],
        "other_layout": [word.translate(_TO_ENGLISH_LAYOUT) for word in words],
        "other_layout_with_marks": [
            word.replace("е", "ё").translate(_TO_ENGLISH_LAYOUT) for word in words
        ],
    }.items():
        yield _read("russian", variant, " ".join(typed), codename)
    other_layout = "бюджт".translate(_TO_ENGLISH_LAYOUT)
    slips = {1: "баггаж", 3: "экиаж", 4: "обеъкт", 5: "бёлыф", 6: other_layout}
    yield _slips("russian", words, codename, slips)


def _separated() -> Iterator[Vector]:
    """Yield words with one thing between them: SPEC 6.1, each of its separators."""
    words = codename_words(CODENAME, ENGLISH)
    for gap in "\u2010\u2011\u2012\u2013\u2014\u2015,;./_|\xad\xb7\u200b\u200c\u200d\u2060\ufeff":
        yield _read("english", f"between_{ord(gap):04x}", gap.join(words), CODENAME)
    for gap in "\t\n\v\f\r\x85\xa0\u1680\u2000\u200a\u2028\u2029\u202f\u205f\u3000":
        yield _read("english", f"between_{ord(gap):04x}", gap.join(words), CODENAME)
    for variant, gap in {
        "comma_space": ", ",
        "many": " .;\u200b| /_ ",
        "dash_comma": "\u2013,",
    }.items():
        text = gap.join(words)
        yield _read("english", f"between_{variant}", gap + text + gap, CODENAME)
    slips = {2: "hei\xadght", 4: "umbr\u200bella"}
    yield _slips("english", words, CODENAME, slips, "slips_inside_a_word")
    # On the English layout each of these ends in a comma, a full stop or a semicolon.
    codename = _with_words("меню хлеб гриб клуб штаб пляж герб", RUSSIAN)
    spelled = [unicodedata.normalize("NFC", word) for word in codename_words(codename, RUSSIAN)]
    typed = " ".join(word.translate(_TO_ENGLISH_LAYOUT) for word in spelled)
    yield _read("russian", "other_layout_ends", typed, codename)


def _typed_badly() -> Iterator[Vector]:
    words = codename_words(CODENAME, ENGLISH)
    for variant, typed in {
        "seven": words[:7],
        "nine": [*words, words[0]],
        "none": [],
        "no_letters": ["1", "2", "3", "4", "5", "6", "7", "8"],
        "before_unknown_words": ["qqqqqq", *words],
    }.items():
        yield _refused_text("codename_count", variant, typed, reason="count")
    for variant, position, word in (
        ("unknown", 3, "qqqqqq"),
        ("last", 8, "qqqqqq"),
        ("near_two", 1, "armq"),
        ("short_beginning", 2, "hei"),
        ("short_slip", 3, "acx"),
        ("two_slips", 4, "umqqella"),
        ("joined", 5, "effort,"),
        ("other_list", 1, "хата"),
    ):
        typed = [*words[: position - 1], word, *words[position:]]
        if variant == "joined":
            # Eight pieces at the first cut, which are read, and nine at the second.
            typed = [*words[:4], "effort,million", *words[6:], "carpet"]
        yield _refused_text("codename_word", variant, typed, reason="word", position=position)
    for variant, typed in {
        "another_word": ["fault", *words[1:]],
        "swapped": [words[1], words[0], *words[2:]],
        "repeated": [words[0]] * 8,
    }.items():
        yield _refused_text("codename_check", variant, typed, reason="check")


def _with_words(first_seven: str, words: tuple[str, ...]) -> Codename:
    """Return a codename of seven given words; the eighth holds the check and is not free."""
    folded = [unicodedata.normalize("NFC", word) for word in words]
    number = 0
    for word in first_seven.split():
        number = number << 11 | folded.index(word)
    return Codename((number << 3).to_bytes(10, "big"))


def _refused_text(rule: str, variant: str, typed: list[str], **found: object) -> Vector:
    return refused(
        rule,
        "Words that are no codename.",
        "NotACodename",
        "read_codename",
        variant=variant,
        language="english",
        text=" ".join(typed),
        **found,
    )


def _slips(
    language: str,
    words: list[str],
    codename: Codename,
    slips: dict[int, str],
    variant: str = "slips",
) -> Vector:
    """Return a vector of words of which some, counted from 1, are typed with a slip."""
    typed = [slips.get(place, word) for place, word in enumerate(words, 1)]
    return _read(language, variant, " ".join(typed), codename, tuple(slips))


def _read(
    language: str,
    variant: str,
    text: str,
    codename: Codename,
    corrected: tuple[int, ...] = (),
) -> Vector:
    typed = text.split(" ")
    words = codename_words(codename, ENGLISH if language == "english" else RUSSIAN)
    corrections = [
        {"position": place, "typed": typed[place - 1], "word": words[place - 1]}
        for place in corrected
    ]
    return accepted(
        "_".join(filter(None, ("codename_ok", language, variant))),
        "Words as a person types them.",
        "read_codename",
        {"bits": codename.bits.hex(), "corrections": corrections},
        language=language,
        text=text,
    )

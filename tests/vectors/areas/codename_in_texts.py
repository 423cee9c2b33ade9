"""Codenames within texts, and in words of any of several lists: SPEC 6.1."""

from collections.abc import Iterator

from crypto.codename import codename_words
from tests.vectors.areas.codename import ENGLISH, RUSSIAN, TO_RUSSIAN_LAYOUT
from tests.vectors.people import CODENAME
from tests.vectors.vector import Vector, accepted, refused


def vectors() -> Iterator[Vector]:
    """Yield texts that hold a codename or none, and words that one of several lists reads."""
    yield from _contained()
    yield from _in_any_list()


def _contained() -> Iterator[Vector]:
    words = codename_words(CODENAME, ENGLISH)
    russian = codename_words(CODENAME, RUSSIAN)
    before, after = "My words are", "- keep them."
    for variant, text, words_of, found in (
        ("alone", " ".join(words), ENGLISH, True),
        ("within", f"{before} {', '.join(words)} {after}", ENGLISH, True),
        ("after_words_of_the_list", " ".join(["act", "action", *words, "zoo"]), ENGLISH, True),
        ("beginnings", " ".join(word[:4] for word in words), ENGLISH, True),
        ("russian", f"Вот: {' '.join(russian).upper()}.", RUSSIAN, True),
        ("numbered", "\n".join(f"{n}. {word}" for n, word in enumerate(words)), ENGLISH, True),
        ("separated", "Words: " + "_/,;.|".join(words), ENGLISH, True),
        ("soft_hyphens", "\xad".join(words), ENGLISH, True),
        ("zero_width", "\u200b".join(words), ENGLISH, True),
        ("after_an_address", f"me@example.org,{';'.join(words)}", ENGLISH, True),
        ("other_layout", " ".join(words).translate(TO_RUSSIAN_LAYOUT), ENGLISH, False),
        ("interrupted", " ".join([*words[:4], "and", *words[4:]]), ENGLISH, False),
        ("slip", " ".join([words[0] + "q", *words[1:]]), ENGLISH, False),
        ("seven", " ".join(words[:7]), ENGLISH, False),
        ("check", " ".join(reversed(words)), ENGLISH, False),
        ("empty", "", ENGLISH, False),
    ):
        yield accepted(
            f"codename_ok_contained_{variant}",
            "Whether a text holds a codename.",
            "contains_codename",
            found,
            language="english" if words_of is ENGLISH else "russian",
            text=text,
        )


def _in_any_list() -> Iterator[Vector]:
    words, russian = codename_words(CODENAME, ENGLISH), codename_words(CODENAME, RUSSIAN)
    both, others = ["english", "russian"], ["russian", "english"]
    call = "read_codename_in_any"
    slip = {"position": 2, "typed": "heght", "word": "height"}
    for variant, languages, typed, corrections in (
        ("own_list", both, words, []),
        ("other_list", others, words, []),
        ("other_list_russian", both, russian, []),
        ("other_list_slip", others, [words[0], "heght", *words[2:]], [slip]),
        ("one_list", ["english"], words, []),
    ):
        yield accepted(
            f"codename_ok_in_any_{variant}",
            "Words of one of several lists, of which the first is the reader's own.",
            call,
            {"bits": CODENAME.bits.hex(), "corrections": corrections},
            languages=languages,
            text=" ".join(typed),
        )
    seven, unknown = " ".join(words[:7]), " ".join([*words[:2], "qqqqqq", *words[3:]])
    check = " ".join([words[1], words[0], *words[2:]])
    mixed = " ".join([*words[:4], *russian[4:]])
    for rule, variant, languages, text, found in (
        ("codename_count", "in_any", both, seven, {"reason": "count"}),
        ("codename_word", "in_any", both, unknown, {"reason": "word", "position": 3}),
        ("codename_word", "in_any_other", others, unknown, {"reason": "word", "position": 3}),
        ("codename_check", "in_any", both, check, {"reason": "check"}),
        ("codename_check", "in_any_other", others, check, {"reason": "check"}),
        ("codename_word", "in_any_mixed", others, mixed, {"reason": "word", "position": 5}),
    ):
        what = "No list reads it; what the one that reads the most of it says is told."
        inputs = {"languages": languages, "text": text} | found
        yield refused(rule, what, "NotACodename", call, variant=variant, **inputs)
    for variant, text, found_any in (
        ("own_list", f"My words: {' '.join(words)}", True),
        ("other_list", f"Слова: {', '.join(russian)}", True),
        ("of_two_lists", mixed, False),
    ):
        yield accepted(
            f"codename_ok_contained_in_any_{variant}",
            "Whether a text holds a codename in words of any one list.",
            "contains_codename_in_any",
            found_any,
            languages=both,
            text=text,
        )

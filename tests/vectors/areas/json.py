"""JSON texts, and all that is nearly one: SPEC 5."""

from collections.abc import Iterator

from crypto.strict_json import parse_json
from tests.vectors.vector import Vector, accepted, refused

# By rule, the texts that it refuses.
_REFUSED = {
    "json_duplicate_key": ('{"a":1,"a":1}', '{"a":1,"b":{"c":1,"c":2}}'),
    "json_float": ("1.0", "[0.5]", "1.", ".5", "9007199254740991.0"),
    "json_exponent": ("1e2", "1E2", '{"a":1e-2}', "0e0"),
    "json_negative": ("-1", "-0", "[-9007199254740991]"),
    "json_integer_range": ("9007199254740992", '{"a":[18446744073709551616]}', "1" + "0" * 5000),
    "json_escape": (
        '"\\u0041"',
        '"\\/"',
        '"\\u007f"',
        '"\\u2028"',
        '"\\u000a"',
        '"\\u001F"',
        '"\\ud83d\\ude00"',
        '{"\\u0061":1}',
        '"\\x"',
    ),
    "json_white_space": (" 1", "1\n", "[1, 2]", '{"a" :1}', '{"a":1\t}', "[1,\r2]"),
    "json_lone_surrogate": ('"\\ud800"', '"\\udc00"', '"\\ude00\\ud83d"', '"a\\udbff"'),
    "json_byte_order_mark": ("\ufeff1", '\ufeff{"a":1}'),
    "json_trailing": ("1,", "{}{}", '"a"b', "[]]", "null\0"),
    "json_key": (
        '{"":1}',
        '{"A":1}',
        '{"1a":1}',
        '{"_a":1}',
        '{"aB":1}',
        '{"a.b":1}',
        '{"é":1}',
        '{"a":{"b c":1}}',
        '{"a\\n":1}',
        '{"' + "a" * 33 + '":1}',
        '{"__proto__":1}',
    ),
    "json_depth": ("[" * 9 + "]" * 9, '{"a":' * 9 + "1" + "}" * 9, "[" * 4000 + "]" * 4000),
    "json_elements": (
        "[" + "0," * 1024 + "0]",
        "{" + ",".join(f'"k{n}":0' for n in range(1025)) + "}",
        "[[" + "0," * 1024 + "0]]",
    ),
}
_WHAT = {
    "json_duplicate_key": "One key twice in an object.",
    "json_float": "A number with a fraction.",
    "json_exponent": "A number with an exponent.",
    "json_negative": "A number below 0.",
    "json_integer_range": "A number above 2^53 - 1.",
    "json_escape": "A character escaped in another way than the encoder's.",
    "json_white_space": "White space outside strings.",
    "json_lone_surrogate": "Half of a surrogate pair.",
    "json_utf8": "Bytes that are not UTF-8.",
    "json_byte_order_mark": "U+FEFF in front.",
    "json_trailing": "Bytes after the value.",
    "json_key": "An object key outside its pattern.",
    "json_depth": "Nested more than 8 deep.",
    "json_elements": "More than 1,024 elements in one array or object.",
}
_NOT_UTF8 = ("22ff22", "22c080 22", "22eda08022", "22f490808022", "22c322", "310000", "fffe3100")
_ACCEPTED = {
    "literals": '[true,false,null,"",[],{}]',
    "integers": "[0,9,10,4294967296,9007199254740991]",
    "escapes": '"\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u0001\\u000b\\u001f/\u007f\u0080"',
    "characters": '"é ж 漢 😀 \u2028\u2029\ufeff\ufffd\U0010ffff"',
    "keys": '{"z":1,"a":2,"a-b_c9":{"' + "k" * 32 + '":3}}',
    "inner_critical": '{"a":{"critical":["b"]}}',
    "deep": "[" * 8 + "]" * 8,
    "brackets_in_texts": '["[[[[[[[[[[","{\\"{{{{{{{{{{","\\\\"]',
    "many": "[" + "0," * 1023 + "0]",
    "constructor": '{"constructor":1,"tostring":2}',
}


def vectors() -> Iterator[Vector]:
    """Yield texts that are JSON of this protocol, and each kind that is not."""
    for variant, text in _ACCEPTED.items():
        result = parse_json(text.encode())
        yield accepted(f"json_ok_{variant}", "JSON.", "parse_json", result, text=text)
    for rule, texts in _REFUSED.items():
        for place, text in enumerate(texts, 1):
            yield _refused(rule, f"{place}", text=text)
    for place, data in enumerate(_NOT_UTF8, 1):
        yield _refused("json_utf8", f"{place}", hex=data.replace(" ", ""))


def _refused(rule: str, variant: str, **members: str) -> Vector:
    return refused(rule, _WHAT[rule], "Malformed", "parse_json", variant=variant, **members)

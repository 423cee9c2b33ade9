import assert from "node:assert/strict";
import { test } from "node:test";

import { contactsIn } from "../../../../intake/web/pages/parts/contacts.ts";

const LANGUAGES = ["en", "ru"];
const BOTH = ["en=By post: A Street", "ru=Почтой: улица А", "+7 000 000-00-00"];

test("a contact for one language is shown in that one, without its mark", () => {
  assert.deepEqual(contactsIn(BOTH, "en", LANGUAGES), ["By post: A Street", "+7 000 000-00-00"]);
  assert.deepEqual(contactsIn(BOTH, "ru", LANGUAGES), ["Почтой: улица А", "+7 000 000-00-00"]);
});

test("where all contacts are for other languages, all are shown", () => {
  assert.deepEqual(contactsIn(["ru=Почтой", "ru= Лично"], "en", LANGUAGES), ["Почтой", "Лично"]);
});

test("what is not the tag of a language that there is is no mark", () => {
  const plain = [
    "https://example.org/?a=b",
    "tel=1",
    "ways\nen=two",
    "vk=id1",
    "tg=@a",
    "RU=b",
    "=c",
  ];
  assert.deepEqual(contactsIn(plain, "ru", LANGUAGES), plain);
});

test("an office that names no contact has none", () => {
  assert.deepEqual(contactsIn([], "en", LANGUAGES), []);
});

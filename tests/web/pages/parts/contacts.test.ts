import assert from "node:assert/strict";
import { test } from "node:test";

import { contactsIn } from "../../../../intake/web/pages/parts/contacts.ts";

const BOTH = ["en=By post: A Street", "ru=Почтой: улица А", "+7 000 000-00-00"];

test("a contact for one language is shown in that one, without its mark", () => {
  assert.deepEqual(contactsIn(BOTH, "en"), ["By post: A Street", "+7 000 000-00-00"]);
  assert.deepEqual(contactsIn(BOTH, "ru"), ["Почтой: улица А", "+7 000 000-00-00"]);
});

test("where all contacts are for other languages, all are shown", () => {
  assert.deepEqual(contactsIn(["ru=Почтой", "ru= Лично"], "en"), ["Почтой", "Лично"]);
});

test("a sign of equality within a contact is no mark", () => {
  const plain = ["https://example.org/?a=b", "tel=1", "ways\nen=two"];
  assert.deepEqual(contactsIn(plain, "ru"), plain);
});

test("an office that names no contact has none", () => {
  assert.deepEqual(contactsIn([], "en"), []);
});

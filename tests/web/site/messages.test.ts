import "./page_globals.ts";

import assert from "node:assert/strict";
import { test } from "node:test";

import { fill, writtenDay, writtenSize } from "../../../intake/web/messages.ts";

test("places are filled in, and unknown ones left", () => {
  assert.equal(fill("{n} of {total}, {what}", { n: 3, total: "12" }), "3 of 12, {what}");
});

test("what is filled in is not read as a message again", () => {
  assert.equal(fill("{a} {b}", { a: "{b}", b: "$&" }), "{b} $&");
});

test("days are written out in UTC, whatever the device's zone", () => {
  assert.equal(writtenDay(20_783), "26 November 2026");
});

test("a day beyond every calendar, as any recipient can sign one, does not stop the page", () => {
  assert.equal(writtenDay(Number.MAX_SAFE_INTEGER), "31 December 9999");
});

test("a Russian date ends without the abbreviation that other sentences could not follow", () => {
  Object.assign(globalThis, { LOCALE: "ru" });
  assert.equal(writtenDay(20_783), "26 ноября 2026");
  Object.assign(globalThis, { LOCALE: "en-GB" });
});

test("sizes have units", () => {
  assert.equal(writtenSize(0), "0 bytes");
  assert.equal(writtenSize(1), "1 byte");
  assert.equal(writtenSize(1500), "1.5 KB");
  assert.equal(writtenSize(41_943_040), "42 MB");
  assert.equal(writtenSize(2_147_000_000), "2.1 GB");
});

test("a Russian size has a comma", () => {
  Object.assign(globalThis, { LOCALE: "ru" });
  assert.equal(writtenSize(2_147_000_000), "2,1 GB");
  Object.assign(globalThis, { LOCALE: "en-GB" });
});

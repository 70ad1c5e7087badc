import assert from "node:assert/strict";
import { test } from "node:test";
import { createFormats } from "./formats.ts";

const en = createFormats("en", "UTC");
const fr = createFormats("fr", "UTC");
const nowMs = Date.parse("2026-11-23T12:00:00Z");

test("sizes count in powers of 1000 and never show four digits", () => {
  assert.equal(en.bytes(0), "0 bytes");
  assert.equal(en.bytes(999), "999 bytes");
  assert.equal(en.bytes(1_000), "1 kB");
  assert.equal(en.bytes(999_950), "1 MB");
  assert.equal(en.bytes(48_812_331_004), "48.8 GB");
  assert.equal(fr.bytes(48_812_331_004).replaceAll(/\s/g, " "), "48,8 Go");
});

test("relative times use the largest unit that fits, in both directions", () => {
  assert.equal(en.relative("2026-11-23T11:59:30Z", nowMs), "30 seconds ago");
  assert.equal(en.relative("2026-11-23T11:57:00Z", nowMs), "3 minutes ago");
  assert.equal(en.relative("2026-11-22T12:00:00Z", nowMs), "yesterday");
  assert.equal(en.relative("2026-12-22T12:00:00Z", nowMs), "in 4 weeks");
  assert.equal(fr.relative("2026-11-23T09:00:00Z", nowMs), "il y a 3 heures");
});

test("exact times show their zone", () => {
  assert.match(en.dateTime("2026-11-23T12:00:00Z"), /2026.*12:00:00.*UTC/);
  assert.match(fr.dateTime("2026-11-23T12:00:00Z"), /23 nov\. 2026.*12:00:00 UTC/);
});

test("durations choose the unit by their length", () => {
  assert.equal(en.duration(140), "140 ms");
  assert.equal(en.duration(8_400), "8.4 sec");
  assert.equal(en.duration(125_000), "2 min 5 sec");
});

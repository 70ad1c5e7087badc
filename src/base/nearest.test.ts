import assert from "node:assert/strict";
import { test } from "node:test";
import { editDistance, nearest } from "./nearest.ts";

test("the distance counts inserted, deleted and replaced letters", () => {
  assert.equal(editDistance("kitten", "sitting"), 3);
  assert.equal(editDistance("", "abc"), 3);
  assert.equal(editDistance("same", "same"), 0);
});

test("the nearest word is suggested, and none when all are far", () => {
  assert.equal(nearest("plna", ["region", "plan"]), "plan");
  assert.equal(nearest("PLAN", ["plan"]), "plan");
  assert.equal(nearest("zebra", ["plan", "region"]), undefined);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { readWay } from "./read-way.ts";

test("how somebody came by a role is read apart, and what is unknown stays as it was written", () => {
  assert.deepEqual(readWay("group:Mixing: desk"), { kind: "group", name: "Mixing: desk" });
  assert.deepEqual(readWay("grant by system:sso 7 until 2026-11-27T09:00Z"), {
    kind: "grant",
    by: "system:sso 7",
    until: "2026-11-27T09:00Z",
  });
  assert.deepEqual(readWay("membership"), { kind: "own" });
  assert.deepEqual(readWay("grant by nobody knows"), { kind: "own" });
});

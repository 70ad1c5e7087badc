import assert from "node:assert/strict";
import { test } from "node:test";
import { isUuid, uuidv7 } from "./ids.ts";

const COUNT = 20_000;

test("ids are canonical UUIDs of version 7, differ, and sort in the order they were made", () => {
  const ids = Array.from({ length: COUNT }, () => uuidv7());

  assert.ok(ids.every((id) => isUuid(id) && id[14] === "7" && "89ab".includes(id[19] as string)));
  assert.equal(new Set(ids).size, COUNT);
  assert.deepEqual(ids, ids.toSorted());
});

test("an id begins with its millisecond, and its last 62 bits are drawn at random", () => {
  const id = uuidv7(Date.UTC(2100, 0, 1));

  assert.equal(Number.parseInt(id.replaceAll("-", "").slice(0, 12), 16), Date.UTC(2100, 0, 1));
  const tails = new Set(Array.from({ length: COUNT }, () => uuidv7(Date.UTC(2100, 0, 1)).slice(19)));
  assert.equal(tails.size, COUNT);
});

import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { test } from "node:test";
import { asking } from "./facets.ts";

test("a body whose reader gives up while it waits for a chunk closes its source", async () => {
  const source = new Readable({ read: () => undefined });
  const body = asking(source, async () => undefined);
  const waiting = body[Symbol.asyncIterator]().next();

  body.destroy();

  await assert.rejects(waiting, { code: "ERR_STREAM_PREMATURE_CLOSE" });
  assert.equal(source.destroyed, true);
});

test("a body ends with the refusal, at a chunk or at its end, and its source with it", async () => {
  const source = Readable.from(["a", "b", "c"]);
  let asked = 0;
  const body = asking(source, async () => {
    asked += 1;
    if (asked === 3) throw new Error("suspended");
  });
  const read: string[] = [];

  await assert.rejects(async () => {
    for await (const chunk of body) read.push(chunk);
  }, /suspended/);

  assert.deepEqual(read, ["a", "b"]);
  assert.equal(source.destroyed, true);
});

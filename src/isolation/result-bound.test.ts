import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { codeOf, pairAt, type StudioWorld, studioWorld } from "../../test/support/world.ts";
import { MessageLengths } from "./result-bound.ts";

let world: StudioWorld;
before(async () => {
  world = await studioWorld({ levels: ["table"], plan: "enterprise" });
});
after(() => world?.[Symbol.asyncDispose]());

const MANY = `select a.i, repeat('x', 10000) as x from generate_series(1, 10000) a(i), generate_series(1, 10000) b(j)`;
const LONG = "select repeat('x', 200000000) as x";

test("a result that would take the process with it ends with an error, and the process goes on", async () => {
  const [a, b] = pairAt(world, "table");
  await using ctx = await world.tenancy.data.context(a.id);
  await using other = await world.tenancy.data.context(b.id);

  assert.equal(await codeOf(ctx.query({ text: MANY })), "context.result_too_large");
  assert.equal(await codeOf(ctx.query({ text: LONG })), "context.result_too_large");
  const inside = (text: string) => ctx.transaction((tx) => tx.query({ text }), { retries: 0 });
  assert.equal(await codeOf(inside(MANY)), "context.result_too_large");
  assert.equal(await codeOf(inside(LONG)), "context.result_too_large");

  assert.deepEqual((await ctx.query({ text: "select 1 as one" })).rows, [{ one: 1 }]);
  assert.deepEqual((await other.query({ text: "select 2 as two" })).rows, [{ two: 2 }]);
});

test("a large result streams all the same", async () => {
  const [a] = pairAt(world, "table");
  await using ctx = await world.tenancy.data.context(a.id);
  let rows = 0;

  for await (const _row of ctx.stream("select repeat('x', 20000) as x from generate_series(1, 8000)"))
    rows += 1;

  assert.equal(rows, 8_000);
});

test("lengths of messages are read whatever chunks they come in", () => {
  const messages = fc.array(fc.nat(300), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(messages, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (bodies, cuts) => {
      const bytes = Buffer.concat(
        bodies.map((size) => {
          const message = Buffer.alloc(5 + size, 68);
          message.writeUInt32BE(4 + size, 1);
          return message;
        }),
      );
      const lengths = new MessageLengths();
      let longest = 0;
      for (let at = 0, n = 0; at < bytes.length; n++) {
        const cut = cuts[n % cuts.length] ?? 1;
        longest = Math.max(longest, lengths.read(bytes.subarray(at, at + cut)));
        at += cut;
      }
      assert.equal(longest, Math.max(...bodies) + 4);
    }),
  );
});

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

const ROOT = join(import.meta.dirname, "../..");
const calls: Readonly<Record<string, string>> = {
  "drizzle(ctx.pg, { schema })": "drizzle.test.ts",
  "new PrismaClient({ adapter: new PrismaPg(ctx.pg) })": "prisma.test.ts",
  'bindKnex(knex({ client: "pg" }), ctx)': "knex.test.ts",
  "typeormDriver(ctx)": "typeorm.test.ts",
  "await ctx.pg.connect()": "pg.test.ts",
};

test("the calls that the guide shows are those that the tests run", async () => {
  const guide = await readFile(join(ROOT, "docs/guides/orms.md"), "utf8");

  for (const [call, file] of Object.entries(calls)) {
    assert.ok(guide.includes(call), call);
    assert.ok((await readFile(join(import.meta.dirname, file), "utf8")).includes(call), `${file}: ${call}`);
  }
});

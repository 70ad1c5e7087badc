import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { answerOf, runCli } from "../../test/support/cli.ts";
import { type House, openHouse } from "../../test/support/house.ts";

let house: House;
before(async () => {
  house = await openHouse();
});
after(async () => {
  await house[Symbol.asyncDispose]();
});

async function cli(...args: string[]) {
  const ran = await runCli(args, house);
  return { ...ran, json: () => answerOf(ran) };
}

test("lists follow filter, order and limit, and --all passes over nobody", async () => {
  const { tenants } = house.tenancy;
  const made = await Promise.all(
    Array.from({ length: 12 }, (_, i) => tenants.create({ name: `Paged ${String(i).padStart(2, "0")}` })),
  );

  for (const sort of ["-createdAt", "createdAt", "name", "-name"]) {
    const all = (await cli("tenant", "list", "--q", "Paged", "--all", "--sort", sort, "--json")).json();
    assert.equal(new Set(all.items.map((t: { id: string }) => t.id)).size, made.length);
    assert.equal(all.hasMore, false);
  }
  const some = await cli("tenant", "list", "--q", "paged", "--sort", "name", "--limit", "3");
  assert.deepEqual(
    some.stdout
      .split("\n")
      .slice(1, -1)
      .map((line) => line.split(/ {2,}/)[1]),
    ["Paged 00", "Paged 01", "Paged 02"],
  );
  assert.equal(some.stderr, "There are more; --limit N or --all shows them.\n");
  const none = await cli("tenant", "list", "--q", "nobody-is-called-this");
  assert.equal(none.stdout, "No tenant matches.\n");
});

test("pages of tenants meet without gap or double, also within one millisecond", async () => {
  const { tenants } = house.tenancy;
  for (const sort of ["-createdAt", "createdAt", "name", "-name"] as const) {
    const seen: string[] = [];
    for (;;) {
      const last = seen.at(-1);
      const { record } = last ? await tenants.get(last) : { record: null };
      const value = record && (sort.endsWith("name") ? record.name : record.createdAt.toISOString());
      const page = await tenants.list({
        q: "Paged",
        sort,
        limit: 5,
        ...(value && last ? { after: { value, id: last } } : {}),
      });
      seen.push(...page.map(({ id }) => id));
      if (page.length < 5) break;
    }
    assert.equal(seen.length, 12);
    assert.equal(new Set(seen).size, 12);
  }
});

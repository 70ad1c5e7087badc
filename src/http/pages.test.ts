import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { call } from "../../test/support/api.ts";
import { type Platform, startPlatform } from "../../test/support/platform.ts";

interface Listed {
  readonly items: readonly { readonly id: string; readonly name: string; readonly action: string }[];
  readonly nextCursor: string | null;
  readonly code: string;
}
const COUNT = 23;
let platform: Platform;

before(async () => {
  platform = await startPlatform({ background: false, consoleDir: null });
  for (let i = 0; i < COUNT; i++) {
    // Names that are equal but for their case tell whether ties are broken.
    await platform.tenancy.tenants.create({ name: i % 2 === 0 ? "Studio" : `studio ${i % 5}` });
  }
});
after(async () => {
  await platform[Symbol.asyncDispose]();
});

const get = (path: string) => call<Listed>(platform, "GET", path);

async function readAll(path: string): Promise<Listed["items"]> {
  const items: Listed["items"][number][] = [];
  let cursor: string | null = null;
  do {
    const after = cursor === null ? "" : `&cursor=${cursor}`;
    const { body, status } = await get(`${path}${after}`);
    assert.equal(status, 200);
    items.push(...body.items);
    cursor = body.nextCursor;
  } while (cursor !== null);
  return items;
}

for (const sort of ["-createdAt", "createdAt", "name", "-name"]) {
  test(`pages of 4 by ${sort} hold every tenant once, in the order of one long page`, async () => {
    const whole = (await get(`/v1/tenants?sort=${sort}&limit=200`)).body.items;

    const paged = await readAll(`/v1/tenants?sort=${sort}&limit=4`);

    assert.deepEqual(
      paged.map(({ id }) => id),
      whole.map(({ id }) => id),
    );
    assert.equal(new Set(paged.map(({ id }) => id)).size, COUNT);
  });
}

test("tenants that come while somebody reads do not shift the pages", async () => {
  const first = (await get("/v1/tenants?limit=5")).body;
  await platform.tenancy.tenants.create({ name: "Newcomer" });
  const second = (await get(`/v1/tenants?limit=5&cursor=${first.nextCursor}`)).body;

  const seen = new Set(first.items.map(({ id }) => id));
  assert.ok(second.items.every(({ id, name }) => !seen.has(id) && name !== "Newcomer"));
});

test("the audit trail is read page by page, also by action", async () => {
  const created = await readAll("/v1/events?action=tenant.created&limit=7");

  assert.ok(created.length >= COUNT);
  assert.ok(created.every(({ action }) => action === "tenant.created"));
  assert.deepEqual(
    created
      .map(({ id }) => id)
      .toSorted()
      .toReversed(),
    created.map(({ id }) => id),
  );
});

test("a cursor that was altered, or belongs to another list or filter, is told as such", async () => {
  const { nextCursor } = (await get("/v1/tenants?limit=2")).body;
  const cursor = nextCursor as string; // more than two tenants are there
  const flipped = `${cursor.slice(0, -1)}${cursor.endsWith("A") ? "B" : "A"}`;
  const forged = Buffer.from(JSON.stringify({ value: "2020-01-01", id: "x" })).toString("base64url");
  for (const path of [
    `/v1/tenants?limit=2&cursor=${flipped}`,
    `/v1/tenants?limit=2&cursor=${forged}`,
    `/v1/tenants?limit=2&cursor=${cursor}A`,
    `/v1/tenants?limit=2&cursor=%00`,
    "/v1/tenants?limit=2&cursor=",
    `/v1/tenants?limit=2&sort=name&cursor=${cursor}`,
    `/v1/tenants?limit=2&status=active&cursor=${cursor}`,
    `/v1/events?cursor=${cursor}`,
    `/v1/migrations/runs?cursor=${cursor}`,
  ]) {
    const { status, body } = await get(path);
    assert.equal(status, 422, path);
    assert.match(body.code, /^request\.(bad_cursor|invalid)$/, path);
  }
  assert.equal((await get(`/v1/tenants?limit=9&cursor=${cursor}`)).status, 200, "another limit is fine");
});

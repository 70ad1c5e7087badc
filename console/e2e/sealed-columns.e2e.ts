import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { STUDIO_SQL } from "../../test/support/house.ts";
import { startPlatform } from "../../test/support/platform.ts";
import { newMember, newTenant } from "./sso-support.ts";
import { assertAccessible, launchBrowser, type Platform, signIn, visit } from "./support.ts";

let platform: Awaited<ReturnType<typeof startPlatform>>;
let byName: Platform;
let browser: Browser;
before(async () => {
  platform = await startPlatform();
  const named = (url: string) => url.replace("127.0.0.1", "localhost");
  byName = { ...platform, url: named(platform.url), link: named(platform.link) } as Platform;
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await platform?.[Symbol.asyncDispose]();
});

test("operators see how far sealed columns have come; a tenant's owner sees the counts of their own values alone", async () => {
  const tenant = await newTenant(byName);
  const owner = await newMember(byName, tenant.id, "owner");
  await using hers = await visit(browser, owner.session);
  await hers.page.goto(`${byName.url}/t/${tenant.slug}/keys`);
  await hers.page.getByText("No sealed columns", { exact: true }).waitFor();
  await assertAccessible(hers.page, "no sealed column");

  await platform.house.migrate([
    { version: 1, name: "0001_studio.sql", sql: STUDIO_SQL },
    {
      version: 2,
      name: "0002_seal.sql",
      sql: "alter table tracks add column note text; comment on column tracks.note is '@sealed search'",
    },
  ]);
  const { data } = platform.tenancy;
  const other = await newTenant(byName);
  await data.run(tenant.id, (ctx) =>
    ctx.table("tracks").insertMany([
      { title: "a", note: "x" },
      { title: "b", note: "y" },
    ]),
  );
  await data.run(other.id, (ctx) => ctx.table("tracks").insertMany([{ title: "c", note: "theirs" }]));
  await hers.page.reload();
  await hers.page.getByRole("row", { name: "tracks.note Sealed 2 0" }).waitFor();
  await assertAccessible(hers.page, "a tenant's sealed columns");
  assert.deepEqual(hers.complaints, []);

  await using staff = await visit(browser, await signIn(browser, byName));
  await staff.page.goto(`${byName.url}/encryption`);
  await staff.page.getByRole("row", { name: /^tracks\.note Sealed \d+ of \d+/ }).waitFor();
  await assertAccessible(staff.page, "sealed columns of the platform");
  assert.deepEqual(staff.complaints, []);
});

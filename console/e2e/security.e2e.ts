import assert from "node:assert/strict";
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { verifyExport } from "../../src/audit/verify-export.ts";
import {
  assertAccessible,
  createTenantFor,
  createUser,
  launchBrowser,
  openPlatform,
  overflowPx,
  type Platform,
  type Session,
  settle,
  signIn,
  signInByLink,
  visit,
} from "./support.ts";

const nobody = { cookies: [], origins: [] };
let platform: Platform;
let browser: Browser;
let session: Session;

before(async () => {
  platform = await openPlatform();
  browser = await launchBrowser();
  session = await signIn(browser, platform);
});

after(async () => {
  await browser?.close();
  await platform?.[Symbol.asyncDispose]();
});

async function openFirst(page: Page, path: string): Promise<void> {
  await page.goto(platform.url + path);
  await page.getByRole("table").getByRole("link").first().click();
  await page.getByRole("dialog", { name: "Record" }).waitFor();
}

test("an owner finds a record of their tenant alone, the browser proves it, and the file proves itself", async () => {
  const email = await createUser(platform, "Auditing Owner");
  const mine = await createTenantFor(platform, email, "owner");
  const other = await createTenantFor(platform, await createUser(platform, "Neighbour"), "owner");
  await using visitor = await visit(browser, nobody);
  const { page } = visitor;
  await signInByLink(platform, page, email);

  await page.goto(`${platform.url}/t/${mine.slug}`);
  await page.getByRole("link", { name: "Audit log" }).click();
  await page.getByRole("heading", { level: 1, name: "Audit log" }).waitFor();
  await page.getByText("Signature good").first().waitFor();
  await page.getByLabel("Action", { exact: true }).fill("tenant.created");
  await page.getByRole("button", { name: "Search", exact: true }).click();
  await page.waitForURL(/action=tenant.created/);
  await page.getByRole("link", { name: "tenant.created" }).click();
  const dialog = page.getByRole("dialog", { name: "Record" });
  await dialog.getByText(/^Proved against checkpoint [\d,]+ of /).waitFor();
  await assertAccessible(page, "a proved record");
  await dialog.getByRole("button", { name: "Close" }).last().click();
  await dialog.waitFor({ state: "detached" });

  await page.getByRole("button", { name: "Take out" }).click();
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: /^Provable file/ }).click(),
  ]);
  const lines = createInterface({ input: createReadStream(await file.path()) });
  const report = await verifyExport(lines, { key: platform.tenancy.internals.audit.signer });
  assert.deepEqual(report.faults, []);
  assert.ok(report.records > 0);

  const { id: foreign } = await platform.tenancy.tenants.get(other.slug);
  await page.goto(`${platform.url}/t/${mine.slug}/audit?resource=tenant:${foreign}`);
  await page.getByText("Nothing matches these filters.").waitFor();
  assert.deepEqual(visitor.complaints, []);
});

test("a record that somebody changed in the database does not match, and says what to do", async () => {
  await using visitor = await visit(browser, session);
  const { page } = visitor;
  const tenant = await platform.tenancy.tenants.create({ name: "Tampered" });
  await platform.tenancy.internals.audit.sequencer.run();
  const client = await platform.tenancy.internals.control.connect();
  try {
    await client.query("begin");
    await client.query("select set_config('tenancy.audit_upkeep', 'on', true)");
    await client.query("set local session_replication_role = replica");
    await client.query(
      "update tenancy.audit_records set body = replace(body, 'Tampered', 'Innocent') where tenant_id = $1 and action = 'tenant.created'",
      [tenant.id],
    );
    await client.query("commit");
  } finally {
    client.release();
  }

  await openFirst(page, `/audit?tenantId=${tenant.id}&action=tenant.created`);
  await page.getByRole("alert").getByText("Does not match").waitFor();
  await page.getByText("it was changed in the database", { exact: false }).waitFor();
  await assertAccessible(page, "a record that does not match");
  assert.deepEqual(visitor.complaints, []);
});

test("a browser that kept another checkpoint raises the alarm, and takes the log as it is only when told", async () => {
  await using visitor = await visit(browser, session);
  const { page } = visitor;
  await page.goto(`${platform.url}/audit`);
  await page.getByText("Signature good").first().waitFor();
  await page.evaluate(() => {
    const kept = JSON.parse(localStorage.getItem("tenancy.audit.checkpoint") ?? "{}");
    localStorage.setItem("tenancy.audit.checkpoint", JSON.stringify({ ...kept, key: "another+00000000+AA" }));
  });

  await page.reload();
  await page.getByRole("alert").getByText("The log’s key has changed").waitFor();
  await assertAccessible(page, "the log's key has changed");
  await page.getByRole("button", { name: "Take this log as it is from now on" }).click();
  await page.getByRole("alert").waitFor({ state: "detached" });
  await page.getByText("Signature good").first().waitFor();

  await page.getByRole("button", { name: "Details" }).click();
  await page.getByRole("dialog", { name: "Checkpoint" }).getByLabel("Reason of a legal hold").fill("Case 7");
  await page.getByRole("button", { name: "Put a legal hold" }).click();
  await page.getByText(/^Legal hold since/).waitFor();
  await assertAccessible(page, "checkpoint and legal hold");
  await page.getByRole("button", { name: "Lift the hold" }).click();
  await page.getByLabel("Reason of a legal hold").waitFor();
});

test("the rooms of the Security Centre fit a telephone and speak French", async () => {
  const email = await createUser(platform, "Élise");
  const { slug } = await createTenantFor(platform, email, "owner");
  await using visitor = await visit(browser, nobody);
  const { page } = visitor;
  await signInByLink(platform, page, email);
  for (const [path, title] of rooms) {
    await page.evaluate(() => localStorage.setItem("tenancy.locale", "en"));
    await page.goto(`${platform.url}/t/${slug}${path}`);
    await assertAccessible(page, path);
    await page.evaluate(() => localStorage.setItem("tenancy.locale", "fr"));
    await page.reload();
    await page.getByRole("heading", { level: 1, name: title }).waitFor();
    await page.setViewportSize({ width: 390, height: 800 });
    await settle(page);
    assert.ok((await overflowPx(page)) <= 0, path);
    await page.setViewportSize({ width: 1280, height: 800 });
  }
  assert.deepEqual(visitor.complaints, []);
});

const rooms = [["/audit", "Journal d’audit"]] as const;

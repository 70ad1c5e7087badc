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
  nobody,
  openPlatform,
  overflowPx,
  type Platform,
  type Session,
  settle,
  signIn,
  signInByLink,
  visit,
} from "./support.ts";

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
  await page.getByRole("cell", { name: "User Auditing Owner" }).first().waitFor();
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
  await untilSequenced(tenant.id);
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

test("an owner writes a policy by form and by hand, sees its faults in place, last week's calls and a test break", async () => {
  const email = await createUser(platform, "Policy Owner");
  const { slug } = await createTenantFor(platform, email, "owner");
  await using visitor = await visit(browser, nobody);
  const { page } = visitor;
  await signInByLink(platform, page, email);
  await page.goto(`${platform.url}/t/${slug}/audit`);
  await page.getByText("Signature good").first().waitFor();

  await page.getByRole("link", { name: "Policies" }).click();
  await page.getByText("No policies yet").waitFor();
  await assertAccessible(page, "no policies");
  await page.getByRole("button", { name: "Write a policy" }).click();
  const editor = page.getByLabel("Cedar text", { exact: true });
  await editor.fill('forbid (\n  principal,\n  action == Action::"audit.reed",\n  resource\n);');
  await page.getByRole("button", { name: "Line 3, column 13" }).waitFor();
  await assertAccessible(page, "a policy with a fault");
  await page.getByRole("button", { name: "Line 3, column 13" }).click();
  assert.equal(await editor.evaluate((area: HTMLTextAreaElement) => area.selectionStart), 34);

  await page.getByRole("button", { name: "Write it by a form" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Permissions").first().fill("audit.read");
  await page.keyboard.press("Enter");
  await dialog.getByLabel("Add a condition").focus();
  await dialog.getByLabel("Add a condition").selectOption("mfa");
  await dialog.getByText("context has mfaAge").waitFor();
  await assertAccessible(page, "a policy by form");
  await dialog.getByRole("button", { name: "Put it into the editor" }).click();
  await page.getByText("The official engine has nothing against it").waitFor();

  await page.getByRole("button", { name: "Put last week’s calls to it" }).click();
  await page.getByText(/^Of \d+ calls \d+ would be denied/).waitFor();
  await page.getByRole("cell", { name: "Would be denied" }).first().waitFor();
  await assertAccessible(page, "last week's calls");

  await page.getByLabel("Permission", { exact: true }).selectOption("audit.read");
  await page.getByLabel("Role", { exact: true }).selectOption("auditor");
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await page.getByText("Forbidden by draft:1.").first().waitFor();
  await page.getByLabel("Name", { exact: true }).fill("Fresh factor for the log");
  await page.getByRole("button", { name: "Save policy" }).click();
  await page.getByRole("heading", { level: 1, name: "Fresh factor for the log" }).waitFor();
  await page.getByLabel("Permission", { exact: true }).selectOption("audit.read");
  await page.getByLabel("Role", { exact: true }).selectOption("auditor");
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await page.getByLabel("Keep this answer as a test").fill("Nobody without a factor");
  await page.getByRole("button", { name: "Keep as test" }).click();
  await page.getByText("Passes").waitFor();
  await page.getByRole("button", { name: "Remove policy" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove policy" }).click();
  await page.getByText("With this change the tenant's policy tests do not pass.").waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  assert.deepEqual(visitor.complaints, []);
});

test("an owner sees what needs attention, why, and is led to the room that cures it", async () => {
  const email = await createUser(platform, "Lone Owner");
  const { slug } = await createTenantFor(platform, email, "owner");
  await using visitor = await visit(browser, nobody);
  const { page } = visitor;
  await signInByLink(platform, page, email);

  await page.goto(`${platform.url}/t/${slug}`);
  await page.getByRole("link", { name: "Security", exact: true }).click();
  await page.getByText("1 of 1 members have no second factor, and none is demanded.").waitFor();
  await page.getByText("2 findings need attention").waitFor();
  await page.getByRole("link", { name: "Go to Sign-in rules" }).click();
  const mfa = page.getByRole("checkbox", { name: "Every member uses a second factor" });
  await mfa.waitFor();
  assert.ok(await mfa.isEnabled());
  assert.ok(page.url().endsWith(`/t/${slug}/security#sign-in-rules`));
  await page.getByRole("link", { name: "Go to Members" }).first().click();
  await page.getByRole("heading", { level: 1, name: "Members" }).waitFor();
  assert.deepEqual(visitor.complaints, []);
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

const rooms = [
  ["/security", "Sécurité"],
  ["/audit", "Journal d’audit"],
  ["/policies", "Règles"],
  ["/policies/new", "Écrire une règle"],
] as const;

/** The server's own sequencer may be at it: then a run of ours takes nothing and ends before it. */
async function untilSequenced(tenantId: string): Promise<void> {
  const { control, audit } = platform.tenancy.internals;
  const find = "select from tenancy.audit_chains where chain = $1";
  while ((await control.query(find, [tenantId])).rowCount === 0) {
    await audit.sequencer.run();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

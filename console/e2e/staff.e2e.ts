import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { createOperatorLink } from "../../src/identity/operators.ts";
import {
  addPasskeyDevice,
  assertAccessible,
  codeOf,
  launchBrowser,
  nobody,
  openPlatform,
  type Platform,
  visit,
} from "./support.ts";

let platform: Platform;
let browser: Browser;
/** The server's clock runs on from here. */
let aheadMs = 0;
const now = () => new Date(Date.now() + aheadMs);

before(async () => {
  platform = await openPlatform({
    clock: { now },
    configFile: "export default { security: { operatorMfaRequired: true } };",
  });
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  await platform?.[Symbol.asyncDispose]();
});

test("where staff need a second factor, an operator adds one first, and is asked for it ever after", async () => {
  await using visitor = await visit(browser, nobody);
  const { page } = visitor;
  await page.goto(await linkOf("Ada"));
  await page.getByRole("heading", { level: 1, name: "Ways to sign in" }).waitFor();
  await page.getByText("Staff use a second factor here").waitFor();
  await assertAccessible(page, "staff without a factor");
  await page.goto(`${platform.url}/tenants`);
  await page.getByRole("heading", { level: 1, name: "Ways to sign in" }).waitFor();
  assert.equal(await page.getByRole("heading", { name: "Password" }).count(), 0, "staff have none");

  await page.getByRole("button", { name: "Set up an app" }).click();
  await page.getByRole("img", { name: "QR code for the authenticator app" }).waitFor();
  const seed = (await page.locator("[role=dialog] .copyable .mono").textContent()) ?? "";
  await page.getByLabel("Then type the code that it shows").fill(codeOf(seed, now().getTime()));
  await page.getByRole("button", { name: "Confirm" }).click();
  await page.getByRole("button", { name: "I have kept them" }).click();
  await page.getByText("Staff use a second factor here").waitFor({ state: "detached" });
  await addPasskeyDevice(page);
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("Key");
  await page.getByRole("dialog").getByRole("button", { name: "Add a passkey" }).click();
  await page.getByRole("cell", { name: /^Key/ }).waitFor();
  await page.getByRole("link", { name: "Tenants" }).click();
  await page.getByRole("heading", { level: 1, name: "Tenants" }).waitFor();

  aheadMs += 60_000;
  await signOut(page);
  await page.goto(await linkOf("Ada"));
  await page.getByRole("heading", { level: 1, name: "One more step" }).waitFor();
  assert.equal(new URL(page.url()).hash, "", "the token leaves the address");
  await assertAccessible(page, "an operator's second factor");
  await page.getByRole("button", { name: "Use the authenticator app" }).click();
  await page.getByLabel("Code from your authenticator app").fill(codeOf(seed, now().getTime()));
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("heading", { level: 1, name: "Tenants" }).waitFor();

  await signOut(page);
  await assertAccessible(page, "staff's door");
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await page.getByRole("heading", { level: 1, name: "Tenants" }).waitFor();
  assert.deepEqual(visitor.complaints, []);
});

test("staff see the rooms of their role, and what it does not permit says which permission is lacking", async () => {
  await using visitor = await visit(browser, nobody);
  const { page } = visitor;
  await page.goto(await linkOf("Sue"));
  await page.getByRole("heading", { level: 1, name: "Ways to sign in" }).waitFor();
  await page.getByRole("button", { name: "Set up an app" }).click();
  const seed = (await page.locator("[role=dialog] .copyable .mono").textContent()) ?? "";
  await page.getByLabel("Then type the code that it shows").fill(codeOf(seed, now().getTime()));
  await page.getByRole("button", { name: "Confirm" }).click();
  await page.getByRole("button", { name: "I have kept them" }).click();
  await page.getByRole("link", { name: "API keys" }).waitFor();
  const { rows } = await platform.tenancy.internals.control.query<{ id: string }>(
    "select id from tenancy.operators where name = 'Sue'",
  );
  const changed = await fetch(`${platform.url}/v1/operators/${rows[0]?.id}`, {
    method: "PATCH",
    headers: { authorization: `Bearer ${platform.apiKey}`, "content-type": "application/json" },
    body: JSON.stringify({ role: "billing" }),
  });
  assert.equal(changed.status, 200);

  await page.goto(`${platform.url}/tenants`);
  const create = page.getByRole("button", { name: "Create tenant" }).first();
  await create.hover();
  await page.getByRole("tooltip", { name: /lacks the permission tenants\.create/ }).waitFor();
  assert.equal(await page.getByRole("link", { name: "API keys" }).count(), 0);
  assert.deepEqual(visitor.complaints, []);
});

async function linkOf(name: string): Promise<string> {
  const parts = { ...platform.tenancy.internals.identity.parts, clock: { now } };
  const { token } = await createOperatorLink(parts, { actor: "test" }, name);
  return `${platform.url}/#link=${token}`;
}

async function signOut(page: Page): Promise<void> {
  await page.getByRole("button", { name: /^Operator|^Account of|Ada/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
}

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import {
  assertAccessible,
  createTenantFor,
  createUser,
  launchBrowser,
  nobody,
  openPlatform,
  type Platform,
  signIn,
  signInByLink,
  visit,
} from "./support.ts";

let platform: Platform;
let browser: Browser;

before(async () => {
  platform = await openPlatform();
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  await platform?.[Symbol.asyncDispose]();
});

test("an owner gives a program an account and a key, replaces the key, and revokes it", async () => {
  const email = await createUser(platform, "Owner");
  const tenant = await createTenantFor(platform, email, "owner");
  await using visitor = await visit(browser, nobody);
  const { page } = visitor;
  const works = async (key: string) =>
    (
      await fetch(`${platform.url}/v1/tenants/${tenant.slug}/members`, {
        headers: { authorization: `Bearer ${key}` },
      })
    ).status;
  const shownKey = async () =>
    /ten_[\w-]{43}/.exec((await page.getByRole("dialog").textContent()) ?? "")?.[0] ?? "";
  await signInByLink(platform, page, email);
  await page.goto(`${platform.url}/t/${tenant.slug}`);
  await page.getByRole("link", { name: "Programs" }).click();
  await page.getByText("No API key yet").waitFor();

  await page.getByRole("link", { name: "Service accounts" }).click();
  await page.getByText("No service account yet").waitFor();
  await page.getByRole("button", { name: "Create service account" }).first().click();
  await page.getByLabel("Name").fill("Nightly import");
  await assertAccessible(page, "a new service account");
  await page.getByRole("dialog").getByRole("button", { name: "Create service account" }).click();
  await page.getByRole("cell", { name: "Nightly import", exact: true }).waitFor();
  await assertAccessible(page, "service accounts");

  await page.getByRole("link", { name: "API keys" }).click();
  await page.getByRole("button", { name: "Create API key" }).first().click();
  await page.getByLabel("Name").fill("Importer");
  await assertAccessible(page, "a new key");
  await page.getByLabel("Service account").selectOption({ label: "Nightly import" });
  await page.getByRole("dialog").getByRole("button", { name: "Create API key" }).click();
  await page.getByText("The key is shown this once.", { exact: false }).waitFor();
  const first = await shownKey();
  await assertAccessible(page, "a key shown once");
  assert.equal(await works(first), 200);
  await page.getByRole("button", { name: "I have kept it" }).click();
  await page.getByRole("cell", { name: "Nightly import", exact: true }).waitFor();
  await assertAccessible(page, "keys");

  await page.getByRole("button", { name: "Rotate the API key Importer" }).click();
  await page.getByLabel("Hours that the old key works on").fill("0");
  await page.getByRole("dialog").getByRole("button", { name: "Rotate" }).click();
  await page.getByText("The key is shown this once.", { exact: false }).waitFor();
  const second = await shownKey();
  assert.notEqual(second, first);
  assert.deepEqual([await works(first), await works(second)], [401, 200]);
  await page.getByRole("button", { name: "I have kept it" }).click();
  await page.getByText("Replaces another").waitFor();

  await page
    .getByRole("row", { name: /Replaces another/ })
    .getByRole("button", { name: /^Revoke/ })
    .click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await page.getByText("Replaces another").waitFor({ state: "detached" });
  assert.equal(await works(second), 401);
  assert.deepEqual(visitor.complaints, []);
});

test("staff find a user, see tenants and sessions, sign them out, and close and open the account", async () => {
  const email = await createUser(platform, "Grace Hopper");
  const tenant = await createTenantFor(platform, email, "admin");
  await using hers = await visit(browser, nobody);
  await signInByLink(platform, hers.page, email);
  await using staff = await visit(browser, await signIn(browser, platform));
  const { page } = staff;

  await page.goto(`${platform.url}/tenants`);
  await page.getByRole("link", { name: "People" }).click();
  await page.getByRole("searchbox").fill("hopper");
  await page.getByRole("link", { name: "Grace Hopper" }).click();
  await page.getByRole("heading", { level: 1, name: "Grace Hopper" }).waitFor();
  await page.getByRole("link", { name: tenant.name }).waitFor();
  await page.getByRole("cell", { name: /127\.0\.0\.1/ }).waitFor();
  await assertAccessible(page, "a user");
  await page.getByRole("button", { name: "End all sessions" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "End all sessions" }).click();
  await page.getByText("Signed in nowhere").waitFor();
  await hers.page.getByRole("link", { name: "Devices" }).click();
  await hers.page.getByText("Your session has ended.", { exact: false }).waitFor();

  await page.getByRole("button", { name: "Disable" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Disable" }).click();
  await page.getByRole("button", { name: "Enable" }).click();
  await page.getByRole("button", { name: "Disable" }).waitFor();
  assert.deepEqual(staff.complaints, []);
});

test("an admin sees where a member is signed in, and signs them out", async () => {
  const admin = await createUser(platform, "Admin");
  const tenant = await createTenantFor(platform, admin, "admin");
  await using visitor = await visit(browser, nobody);
  const { page } = visitor;
  await signInByLink(platform, page, admin);
  await page.goto(`${platform.url}/t/${tenant.slug}/members`);

  await page.getByRole("button", { name: "Actions for Admin" }).click();
  await page.getByRole("menuitem", { name: "Sessions" }).click();
  await page
    .getByRole("dialog")
    .getByRole("cell", { name: /127\.0\.0\.1/ })
    .waitFor();
  await assertAccessible(page, "a member's sessions");
  await page.getByRole("button", { name: "End all sessions" }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.goto(`${platform.url}/t/${tenant.slug}/members`);
  await page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
});

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
  overflowPx,
  type Platform,
  type Session,
  settle,
  signIn,
  signInByLink,
  visit,
  waitUntilClosed,
} from "./support.ts";

let platform: Platform;
let browser: Browser;
let session: Session;
let tenantPath: string;

before(async () => {
  platform = await openPlatform();
  browser = await launchBrowser();
  session = await signIn(browser, platform);
  // A page without rows passes too easily: the scan needs a tenant.
  tenantPath = await createTenant("Accessible Studio");
});

after(async () => {
  await browser?.close();
  await platform?.[Symbol.asyncDispose]();
});

const pages = [
  "/tenants",
  "/tenants?q=nothing-is-called-this",
  "/tenants/new",
  "{tenant}",
  "{tenant}?act=suspend",
  "{tenant}?act=delete",
  "{tenant}?act=edit",
  "{tenant}/data",
  "{tenant}/isolation",
  "{tenant}/keys",
  "{tenant}/access",
  "{tenant}/sso",
  "{tenant}/sso/new",
  "{tenant}/activity",
  "/migrations",
  "/migrations/runs",
  "/migrations/runs/new",
  "/migrations/drift",
  "/isolation",
  "/encryption",
  "/cells",
  "/activity",
  "/security",
  "/audit",
  "/audit?outcome=denied&kind=change",
  "/api-keys",
  "/api-keys/new",
  "/operator/methods",
  "/operator/devices",
  "/people",
  "/people?q=nobody-is-called-this",
  "/people/recoveries",
  "/people/01980000-0000-7000-8000-00000000dead",
  "/no-such-page",
];

for (const path of pages) {
  test(`${path} is free of axe violations in light and dark, and fits a telephone`, async () => {
    await using visitor = await visit(browser, session);
    const { page } = visitor;

    await page.goto(platform.url + path.replace("{tenant}", tenantPath));
    await assertAccessible(page, path);
    await page.setViewportSize({ width: 390, height: 800 });
    await settle(page);

    assert.ok((await overflowPx(page)) <= 0, path);
    assert.deepEqual(visitor.complaints, []);
  });
}

/** A tenant's rooms, as one of its owners sees them; those with rows and those without. */
const portalPages = [
  "",
  "/members",
  "/members?q=nobody-is-called-this",
  "/members/invitations",
  "/members/recoveries",
  "/access",
  "/programs",
  "/programs/accounts",
  "/keys",
];

test("a tenant's rooms are free of axe violations in light and dark, and fit a telephone", async () => {
  const email = await createUser(platform, "Owner");
  const tenant = await createTenantFor(platform, email, "owner");
  await using visitor = await visit(browser, nobody);
  const { page } = visitor;
  await signInByLink(platform, page, email);

  for (const room of portalPages) {
    const path = `/t/${tenant.slug}${room}`;
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.goto(platform.url + path);
    await assertAccessible(page, path);
    await page.setViewportSize({ width: 390, height: 800 });
    await settle(page);
    assert.ok((await overflowPx(page)) <= 0, path);
  }
  assert.deepEqual(visitor.complaints, []);
});

test("the pages that mails lead to say so when there is no link, and are free of axe violations", async () => {
  await using visitor = await visit(browser, nobody);
  const { page } = visitor;

  for (const path of ["/invitation", "/sign-in/link", "/recovery", "/recovery/cancel"]) {
    await page.goto(platform.url + path);
    await assertAccessible(page, path);
  }
});

test("the palette, the list of keys and the menus are free of axe violations in light and dark", async () => {
  await using visitor = await visit(browser, session);
  const { page } = visitor;
  await page.goto(`${platform.url}/tenants`);
  await page.getByRole("table").waitFor();

  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Tenant, page or action" }).waitFor();
  await assertAccessible(page, "palette");
  await page.keyboard.press("Escape");
  await waitUntilClosed(page);

  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keys" }).waitFor();
  await assertAccessible(page, "keys");
  await page.keyboard.press("Escape");
  await waitUntilClosed(page);

  await page.getByRole("button", { name: /^Operator/ }).click();
  await page.getByRole("menu").waitFor();
  await assertAccessible(page, "operator menu");
});

test("the sign-in page is free of axe violations in light and dark", async () => {
  await using visitor = await visit(browser, { cookies: [], origins: [] });

  await visitor.page.goto(`${platform.url}/operator/sign-in`);
  await visitor.page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();

  await assertAccessible(visitor.page, "sign-in");
});

async function createTenant(name: string): Promise<string> {
  await using visitor = await visit(browser, session);
  const { page } = visitor;
  await page.goto(`${platform.url}/tenants/new`);
  await page.getByLabel("Name", { exact: true }).fill(`${name} ${Date.now()}`);
  await page.getByRole("button", { name: "Create tenant" }).click();
  await page.waitForURL(/\/tenants\/[0-9a-f]{8}-/);
  return new URL(page.url()).pathname;
}

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { addMember } from "../../src/identity/members.ts";
import { readUser } from "../../src/identity/users.ts";
import {
  addPasskeyDevice,
  assertAccessible,
  codeOf,
  createTenantFor,
  createUser,
  launchBrowser,
  mailedLink,
  mailsTo,
  nobody,
  openPlatform,
  openSignInLink,
  overflowPx,
  type Platform,
  settle,
  signInByLink,
  signOut,
  visit,
} from "./support.ts";

const PASSWORD = "nine violet otters read maps";
const HOUR_MS = 3_600_000;
let platform: Platform;
let browser: Browser;
/** The server's clock runs on from here: a day of waiting is a step. */
let aheadMs = 0;
const now = () => new Date(Date.now() + aheadMs);

before(async () => {
  platform = await openPlatform({ clock: { now } });
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  await platform?.[Symbol.asyncDispose]();
});

test("a person with an app and a passkey loses everything, and comes back by the screens alone", async () => {
  const email = await createUser(platform, "Ada Lovelace");
  const tenant = await createTenantFor(platform, email, "member");
  const approvers = [
    await approver(tenant.slug, "Olive Owner", "owner"),
    await approver(tenant.slug, "Adam Admin", "admin"),
  ];
  await using visitor = await visit(browser, nobody);
  const { page } = visitor;

  await signInByLink(platform, page, email);
  await page.getByRole("link", { name: "Ways to sign in" }).click();
  await page.getByRole("button", { name: "Set a password" }).click();
  await page.getByLabel("New password").fill(PASSWORD);
  await page.getByRole("dialog").getByRole("button", { name: "Set a password" }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await addApp(page);
  const laptop = await addPasskeyDevice(page);
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("Laptop");
  await page.getByRole("dialog").getByRole("button", { name: "Add a passkey" }).click();
  await page.getByRole("cell", { name: /^Laptop/ }).waitFor();
  await signOut(page);
  await laptop.lose();

  await firstFactor(page, email);
  await page.getByRole("heading", { level: 1, name: "One more step" }).waitFor();
  await page.getByRole("button", { name: "I have none of these any more" }).click();
  await page.getByRole("heading", { level: 1, name: "Come back without a second factor" }).waitFor();
  await assertAccessible(page, "asking to come back");
  await assertFits(page, "asking to come back");
  await page.getByRole("button", { name: "Ask to come back" }).click();
  await page.getByText("Now two people have to approve it", { exact: false }).waitFor();
  await assertAccessible(page, "asked to come back");

  for (const each of approvers) {
    await using theirs = await visit(browser, nobody);
    await addPasskeyDevice(theirs.page);
    await signInByLink(platform, theirs.page, each);
    await theirs.page.goto(`${platform.url}/t/${tenant.slug}/members/recoveries`);
    await theirs.page.getByRole("button", { name: "Approve the recovery of Ada Lovelace" }).click();
    await theirs.page
      .getByText("An approval needs a second factor of your own", { exact: false })
      .first()
      .waitFor();
    await assertAccessible(theirs.page, "approving without a factor");
    await theirs.page.getByRole("dialog").getByRole("link", { name: "Ways to sign in" }).click();
    const seed = await addApp(theirs.page);
    aheadMs += 11 * 60_000; // the second factor is no longer fresh
    await theirs.page.goto(`${platform.url}/t/${tenant.slug}/members/recoveries`);
    await theirs.page.getByRole("cell", { name: /^Ada Lovelace/ }).waitFor();
    await assertAccessible(theirs.page, "recoveries");
    await assertFits(theirs.page, "recoveries");
    await theirs.page.getByRole("button", { name: "Approve the recovery of Ada Lovelace" }).click();
    await theirs.page.getByRole("dialog").getByRole("button", { name: "Approve" }).click();
    await theirs.page.getByRole("heading", { name: "Prove that it is you" }).waitFor();
    await theirs.page.getByLabel("Code from your authenticator app").fill(codeOf(seed, now().getTime()));
    await theirs.page.getByRole("button", { name: "Continue" }).click();
    await theirs.page
      .getByRole("dialog", { name: "Let Ada Lovelace come back" })
      .waitFor({ state: "detached" });
    assert.deepEqual(theirs.complaints, []);
  }

  aheadMs += 24 * HOUR_MS;
  const before = await mailsTo(platform, email);
  await platform.tenancy.internals.identity.sweep();
  await page.goto(await mailedLink(platform, email, before));
  await page.getByRole("heading", { level: 1, name: "Come back", exact: true }).waitFor();
  assert.equal(new URL(page.url()).hash, "", "the token leaves the address");
  await assertAccessible(page, "the page of the mail");
  await fillFirstFactor(page, email);
  await page.getByRole("heading", { level: 1, name: "Add a new second factor" }).waitFor();
  await assertAccessible(page, "a new second factor");
  await page.getByRole("button", { name: "Set up an authenticator app" }).click();
  await page.getByRole("img", { name: "QR code for the authenticator app" }).waitFor();
  await assertAccessible(page, "a new app");
  await assertFits(page, "a new app");
  const seed = (await page.locator(".copyable .mono").textContent()) ?? "";
  await page.getByLabel("Then type the code that it shows").fill(codeOf(seed, now().getTime()));
  await page.getByRole("button", { name: "Come back" }).click();
  const codes = page.getByRole("list", { name: "Recovery codes" }).getByRole("listitem");
  await codes.first().waitFor();
  assert.equal(await codes.count(), 10);
  await assertAccessible(page, "new codes");
  await page.getByRole("button", { name: "I have kept them" }).click();
  await page.getByRole("heading", { level: 1, name: "Profile" }).waitFor();

  await page.getByRole("link", { name: "Ways to sign in" }).click();
  await page.getByText("No passkey yet").waitFor();
  await page.getByText("10 codes left").waitFor();
  aheadMs += 60_000;
  await signOut(page);
  await firstFactor(page, email);
  await page.getByLabel("Code from your authenticator app").fill(codeOf(seed, now().getTime()));
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("heading", { level: 1, name: "Profile" }).waitFor();
  assert.deepEqual(visitor.complaints, []);
});

test("a person whose account somebody asks to enter objects: from a session, and from the mail without one", async () => {
  const email = await createUser(platform, "Victim");
  await using hers = await visit(browser, nobody);
  await signInByLink(platform, hers.page, email);
  await hers.page.getByRole("link", { name: "Ways to sign in" }).click();
  await addApp(hers.page);

  await using thief = await visit(browser, nobody);
  const ask = async () => {
    await openSignInLink(platform, thief.page, email);
    await thief.page.getByRole("button", { name: "Sign in", exact: true }).click();
    await thief.page.getByRole("button", { name: "I have none of these any more" }).click();
    await thief.page.getByRole("button", { name: "Ask to come back" }).click();
    await thief.page.getByText("Now two people have to approve it", { exact: false }).waitFor();
  };
  await ask();
  await hers.page.goto(`${platform.url}/account`);
  await hers.page.getByText("Somebody asks to enter your account", { exact: false }).waitFor();
  await assertAccessible(hers.page, "the notice");
  await assertFits(hers.page, "the notice");
  await hers.page.getByRole("button", { name: "Cancel the request" }).click();
  await hers.page.getByText("The request is cancelled.", { exact: false }).waitFor();

  await signOut(hers.page);
  const before = await mailsTo(platform, email);
  await ask();
  const link = await mailedLink(platform, email, [...before, ...(await signInMails(email, before))]);
  await hers.page.goto(link);
  await hers.page.getByRole("heading", { level: 1, name: "Cancel the request to come back" }).waitFor();
  await assertAccessible(hers.page, "cancelling by mail");
  await hers.page.getByRole("button", { name: "Cancel the request" }).click();
  await hers.page.getByText("Your second factors work as before", { exact: false }).waitFor();
  await assertAccessible(hers.page, "cancelled");
  await hers.page.goto(link);
  await hers.page.getByRole("button", { name: "Cancel the request" }).click();
  await hers.page.getByRole("alert").waitFor();
  await hers.page.getByRole("combobox", { name: "Language" }).selectOption("fr");
  await hers.page.getByRole("heading", { level: 1, name: "Annuler la demande de retour" }).waitFor();
  assert.deepEqual(hers.complaints, []);
});

/** Somebody who may approve in the tenant. Their address. */
async function approver(slug: string, name: string, role: string): Promise<string> {
  const email = await createUser(platform, name);
  const { internals, tenants } = platform.tenancy;
  const { id: userId } = await readUser(internals.control, email);
  const { id: tenantId } = await tenants.get(slug);
  const joining = { tenantId, userId, roles: [role] };
  await addMember(internals.identity.parts, joining, { actor: "test", principal: null });
  return email;
}

/** On the page of ways to sign in. The app's seed. */
async function addApp(page: Page): Promise<string> {
  await page.getByRole("heading", { level: 1, name: "Ways to sign in" }).waitFor();
  await page.getByRole("button", { name: "Set up an app" }).click();
  await page.getByRole("img", { name: "QR code for the authenticator app" }).waitFor();
  const seed = (await page.locator("[role=dialog] .copyable .mono").textContent()) ?? "";
  await page.getByLabel("Then type the code that it shows").fill(codeOf(seed, now().getTime()));
  await page.getByRole("button", { name: "Confirm" }).click();
  await page.getByRole("button", { name: "I have kept them" }).click();
  await page.getByText("10 codes left").waitFor();
  return seed;
}

async function firstFactor(page: Page, email: string): Promise<void> {
  await page.goto(`${platform.url}/sign-in`);
  await fillFirstFactor(page, email);
}

async function fillFirstFactor(page: Page, email: string): Promise<void> {
  await page.getByLabel("E-mail address").fill(email);
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

/** Those since then that hold a link to sign in, not one to cancel. */
async function signInMails(email: string, before: readonly string[]): Promise<string[]> {
  const { mail } = platform.tenancy.internals;
  const entries = await mail.list(email);
  return entries
    .filter(({ id, kind }) => !before.includes(id) && kind === "sign_in_link")
    .map(({ id }) => id);
}

async function assertFits(page: Page, where: string): Promise<void> {
  await page.setViewportSize({ width: 390, height: 800 });
  await settle(page);
  assert.ok((await overflowPx(page)) <= 0, where);
  await page.setViewportSize({ width: 1280, height: 800 });
}

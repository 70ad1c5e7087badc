import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import {
  addPasskeyDevice,
  assertAccessible,
  codeOf,
  createTenantFor,
  createUser,
  launchBrowser,
  mailedLink,
  nobody,
  openPlatform,
  overflowPx,
  type Platform,
  settle,
  signInByLink,
  signOut,
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

test("a person enrols an app and a passkey, loses the device, and comes back, by the screens alone", async () => {
  const email = await createUser(platform, "Ada Lovelace");
  await using visitor = await visit(browser, nobody);
  const { page } = visitor;

  await signInByLink(platform, page, email);
  await page.getByRole("link", { name: "Ways to sign in" }).click();
  await page.getByRole("heading", { level: 1, name: "Ways to sign in" }).waitFor();

  await page.getByRole("button", { name: "Set a password" }).click();
  await page.getByLabel("New password").fill("nine violet otters read maps");
  await page.getByRole("dialog").getByRole("button", { name: "Set a password" }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });

  await page.getByRole("button", { name: "Set up an app" }).click();
  await page.getByRole("img", { name: "QR code for the authenticator app" }).waitFor();
  await assertAccessible(page, "enrolling an app");
  const seed = (await page.locator("[role=dialog] .copyable .mono").textContent()) ?? "";
  await page.getByLabel("Then type the code that it shows").fill(codeOf(seed));
  await page.getByRole("button", { name: "Confirm" }).click();
  const codes = page.getByRole("list", { name: "Recovery codes" }).getByRole("listitem");
  await codes.first().waitFor();
  assert.equal(await codes.count(), 10);
  const [kept = ""] = await codes.allInnerTexts();
  await assertAccessible(page, "recovery codes");
  await page.getByRole("button", { name: "I have kept them" }).click();
  await page.getByText("10 codes left").waitFor();

  const laptop = await addPasskeyDevice(page);
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("Laptop");
  await page.getByRole("dialog").getByRole("button", { name: "Add a passkey" }).click();
  await page.getByRole("cell", { name: /^Laptop/ }).waitFor();
  await assertAccessible(page, "ways to sign in");

  await signOut(page);
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await page.getByRole("heading", { level: 1, name: "Profile" }).waitFor();

  await signOut(page);
  await laptop.lose();
  await page.getByLabel("E-mail address").fill(email);
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByLabel("Password", { exact: true }).fill("nine violet otters read maps");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("heading", { level: 1, name: "One more step" }).waitFor();
  await assertAccessible(page, "second factor");
  await page.getByRole("button", { name: "Use a recovery code" }).click();
  await page.getByLabel("Recovery code").fill(kept);
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("heading", { level: 1, name: "Profile" }).waitFor();

  await page.getByRole("link", { name: "Ways to sign in" }).click();
  await page.getByText("9 codes left").waitFor();
  await page.getByRole("button", { name: "Remove the passkey Laptop" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await page.getByText("No passkey yet").waitFor();
  assert.deepEqual(visitor.complaints, []);
});

test("a wrong password and an unknown address are the same refusal on the screen", async () => {
  const email = await createUser(platform, "Known");
  await using visitor = await visit(browser, nobody);
  const { page } = visitor;

  const refusals: string[] = [];
  for (const address of [email, "nobody@example.com"]) {
    await page.goto(`${platform.url}/sign-in`);
    await page.getByLabel("E-mail address").fill(address);
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByLabel("Password", { exact: true }).fill("not the password");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    refusals.push((await page.getByRole("alert").locator("strong").textContent()) ?? "");
  }

  assert.equal(refusals[0], refusals[1]);
});

test("a person ends the session of another device, and that device is signed out", async () => {
  const email = await createUser(platform, "Two Devices");
  await using phone = await visit(browser, nobody, { userAgent: "Mozilla/5.0 (Phone) Test/1.0" });
  await signInByLink(platform, phone.page, email);
  await using laptop = await visit(browser, nobody);
  await signInByLink(platform, laptop.page, email);

  await laptop.page.getByRole("link", { name: "Devices" }).click();
  await laptop.page.getByRole("heading", { level: 1, name: "Devices" }).waitFor();
  await assertAccessible(laptop.page, "devices");
  await laptop.page.getByRole("button", { name: "End all others" }).click();
  await laptop.page.getByText("All other sessions have ended.").waitFor();

  await phone.page.getByRole("link", { name: "Devices" }).click();
  await phone.page.getByText("Your session has ended.", { exact: false }).waitFor();
});

test("a member finds in the portal what the policies permit; another tenant is the same as none", async () => {
  const email = await createUser(platform, "Portal Person");
  const mine = await createTenantFor(platform, email, "viewer");
  const other = await createTenantFor(platform, await createUser(platform, "Neighbour"), "owner");
  const owned = await createTenantFor(platform, email, "owner");
  await using visitor = await visit(browser, nobody);
  const { page } = visitor;
  await signInByLink(platform, page, email);

  await page.goto(`${platform.url}/t/${owned.slug}`);
  await page.getByRole("heading", { level: 1, name: owned.name }).waitFor();
  await page.getByRole("link", { name: "Roles" }).click();
  await page.getByRole("cell", { name: /^Owner/ }).waitFor();
  await assertAccessible(page, "roles in the portal");
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await page.getByText("Allowed", { exact: true }).waitFor();

  await page.goto(`${platform.url}/t/${mine.slug}`);
  await page.getByRole("heading", { level: 1, name: mine.name }).waitFor();
  await assertAccessible(page, "portal overview");
  assert.equal(await page.getByRole("link", { name: "Roles" }).count(), 0);

  for (const slug of [other.slug, "no-such-tenant"]) {
    await page.goto(`${platform.url}/t/${slug}`);
    await page.getByRole("heading", { level: 1, name: "Nothing here for you" }).waitFor();
    assert.equal(await page.getByText(other.name).count(), 0);
  }
  assert.deepEqual(visitor.complaints, []);
});

test("an owner invites somebody by mail, who accepts, sets a password, and is a member", async () => {
  const owner = await createUser(platform, "Owner");
  const tenant = await createTenantFor(platform, owner, "owner");
  await using hers = await visit(browser, nobody);
  await signInByLink(platform, hers.page, owner);
  const email = `guest-${Date.now()}@example.com`;

  await hers.page.goto(`${platform.url}/t/${tenant.slug}/members`);
  await hers.page.getByRole("cell", { name: /Owner/ }).first().waitFor();
  await assertAccessible(hers.page, "members");
  await hers.page.getByRole("button", { name: "Invite someone" }).click();
  await hers.page.getByLabel("E-mail address").fill(email);
  await hers.page.getByRole("button", { name: "Send invitation" }).click();
  await hers.page.getByRole("dialog").waitFor({ state: "detached" });
  await using guest = await visit(browser, nobody);
  await guest.page.goto(await mailedLink(platform, email, []));
  await guest.page.getByRole("heading", { level: 1, name: `Join ${tenant.name}` }).waitFor();
  await assertAccessible(guest.page, "invitation");
  await guest.page.getByLabel("Your name").fill("Grace Hopper");
  await guest.page.getByLabel("Password", { exact: true }).fill("nine violet otters read maps");
  await guest.page.getByRole("button", { name: "Accept the invitation" }).click();
  await guest.page.getByRole("link", { name: tenant.name }).waitFor();

  await hers.page.reload();
  const grace = hers.page.getByRole("cell", { name: /Grace Hopper/ }).first();
  await grace.waitFor();
  await hers.page.getByRole("combobox", { name: "Role" }).selectOption("owner");
  await grace.waitFor({ state: "detached" });
  assert.ok(hers.page.url().endsWith("?role=owner"));
  await hers.page.getByRole("button", { name: "Clear filters" }).click();
  await grace.waitFor();
});

test("the pages of an account are free of axe violations, fit a telephone, and speak French", async () => {
  const email = await createUser(platform, "Élise");
  await using visitor = await visit(browser, nobody);
  const { page } = visitor;
  await signInByLink(platform, page, email);

  for (const path of ["/account", "/account/methods", "/account/sessions", "/sign-in", "/sign-in/link"]) {
    await page.goto(platform.url + path);
    await assertAccessible(page, path);
    await page.setViewportSize({ width: 390, height: 800 });
    await settle(page);
    assert.ok((await overflowPx(page)) <= 0, path);
    await page.setViewportSize({ width: 1280, height: 800 });
  }
  await page.getByRole("combobox", { name: "Language" }).selectOption("fr");
  await page.getByRole("heading", { level: 1, name: "Se connecter avec ce lien" }).waitFor();
  assert.deepEqual(visitor.complaints, []);
});

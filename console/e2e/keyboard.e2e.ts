import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import {
  launchBrowser,
  openPlatform,
  type Platform,
  type Session,
  signIn,
  tabTo,
  visit,
  waitForFocusIn,
  waitUntilClosed,
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

test("a tenant is created, suspended, resumed and deleted by keyboard alone", async () => {
  await using visitor = await visit(browser, session);
  const { page } = visitor;
  const name = `Keyboard Studio ${Date.now()}`;
  await page.goto(`${platform.url}/tenants`);
  await page.getByRole("heading", { level: 1, name: "Tenants" }).waitFor();

  await page.keyboard.press("c");
  await page.getByRole("heading", { level: 1, name: "Create tenant" }).waitFor();
  assert.equal(await focusedText(page), "Create tenant", "focus goes to the heading after navigation");
  await tabTo(page, "textbox", "Name");
  await page.keyboard.type(name);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name }).waitFor();
  await page.getByText("Active", { exact: true }).first().waitFor();

  await tabTo(page, "button", "Suspend tenant");
  await page.keyboard.press("Enter");
  await waitForFocusIn(page, "[role=dialog] textarea");
  await page.keyboard.type("Invoice overdue");
  await tabTo(page, "button", "Suspend tenant");
  await page.keyboard.press("Enter");
  await waitUntilClosed(page);
  await page.getByText("Suspended", { exact: true }).first().waitFor();

  await tabTo(page, "button", "Resume tenant");
  await page.keyboard.press("Enter");
  await page.getByText("Active", { exact: true }).first().waitFor();

  await tabTo(page, "button", "Actions");
  await page.keyboard.press("Enter");
  await waitForFocusIn(page, "[role=menu]");
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await waitForFocusIn(page, "[role=dialog] input");
  const slug = name.toLowerCase().replaceAll(" ", "-");
  await page.keyboard.type(slug);
  await page.keyboard.press("Enter");
  await waitUntilClosed(page);
  await page.getByText("Deleting", { exact: true }).first().waitFor();
});

test("a fault of the input stands at its field, with what was expected", async () => {
  await using visitor = await visit(browser, session);
  const { page } = visitor;
  await page.goto(`${platform.url}/tenants/new`);

  await page.getByLabel("Name", { exact: true }).fill("Reserved");
  await page.getByLabel("Slug", { exact: true }).fill("admin");
  await page.getByRole("button", { name: "Create tenant" }).click();

  const slug = page.getByLabel("Slug", { exact: true });
  await page.locator("[aria-invalid=true]").waitFor();
  assert.equal(await slug.getAttribute("aria-invalid"), "true");
});

test("the palette goes to a page, and back returns", async () => {
  await using visitor = await visit(browser, session);
  const { page } = visitor;
  await page.goto(`${platform.url}/tenants?status=suspended`);
  await page.getByRole("heading", { level: 1, name: "Tenants" }).waitFor();

  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Tenant, page or action" }).waitFor();
  await page.keyboard.type("cells");
  await page.getByRole("option", { name: "Cells", selected: true }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Cells" }).waitFor();

  await page.goBack();
  await page.getByRole("heading", { level: 1, name: "Tenants" }).waitFor();
  assert.equal(new URL(page.url()).search, "?status=suspended");
});

test("a list that matches nothing says so, and one key press clears the filters", async () => {
  await using visitor = await visit(browser, session);
  const { page } = visitor;

  await page.goto(`${platform.url}/tenants?q=nothing-is-called-this&status=erased`);
  await page.getByText("Nothing matches these filters.").waitFor();
  await page.getByRole("main").getByRole("button", { name: "Clear filters" }).last().press("Enter");

  await page.waitForURL(/\/tenants$/);
});

test("two keys go to a room, unless they are typed into a field", async () => {
  await using visitor = await visit(browser, session);
  const { page } = visitor;
  await page.goto(`${platform.url}/tenants`);
  await page.getByRole("heading", { level: 1, name: "Tenants" }).waitFor();

  await page.keyboard.press("/");
  await page.keyboard.type("gi");
  assert.equal(await page.getByRole("searchbox").inputValue(), "gi");

  await page.getByRole("heading", { level: 1 }).focus();
  await page.keyboard.press("g");
  await page.keyboard.press("i");
  await page.getByRole("heading", { level: 1, name: "Isolation" }).waitFor();
});

test("the language changes at once, for texts, numbers and the document, and stays", async () => {
  await using visitor = await visit(browser, session);
  const { page } = visitor;
  await page.goto(`${platform.url}/tenants`);

  await page.getByRole("button", { name: /^Operator/ }).click();
  await page.getByRole("menuitemradio", { name: "Français" }).click();
  await page.getByRole("heading", { level: 1, name: "Locataires" }).waitFor();
  assert.equal(await page.locator("html").getAttribute("lang"), "fr");

  await page.reload();
  await page.getByRole("heading", { level: 1, name: "Locataires" }).waitFor();
  assert.match(await page.title(), /^Locataires/);
});

test("without a session every page leads to sign-in, and keeps where the reader was going", async () => {
  await using visitor = await visit(browser, { cookies: [], origins: [] });
  const { page } = visitor;

  await page.goto(`${platform.url}/cells?x=1`);
  await page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
  assert.match(decodeURIComponent(page.url()), /to=\/cells/);
});

function focusedText(page: Page): Promise<string> {
  return page.evaluate(() => document.activeElement?.textContent ?? "");
}

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { keepVault } from "../../test/support/vaults.ts";
import { newMember, newTenant } from "./sso-support.ts";
import {
  assertAccessible,
  launchBrowser,
  openPlatform,
  overflowPx,
  type Platform,
  settle,
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

test("an owner sees who opens which vault, how large it is, and deletes one; another tenant's are not there", async () => {
  const [tenant, other] = [await newTenant(platform), await newTenant(platform)];
  const owner = await newMember(platform, tenant.id, "owner");
  await keepVault(platform, other.id, "Theirs");
  await using visitor = await visit(browser, owner.session);
  const { page } = visitor;
  await page.goto(`${platform.url}/t/${tenant.slug}/keys`);
  await page.getByText("No vaults", { exact: true }).waitFor();
  await assertAccessible(page, "no vault");

  await keepVault(platform, tenant.id, "Unreleased");
  await page.reload();
  await page.getByRole("cell", { name: "Unreleased", exact: true }).waitFor();
  await page.getByRole("cell", { name: "Ada Vault" }).waitFor();
  await page.getByText("No recovery is set up", { exact: false }).waitFor();
  assert.equal(await page.getByText("Theirs").count(), 0);
  assert.equal(await page.getByText("a secret of the studio").count(), 0);
  await assertAccessible(page, "vaults");
  await page.setViewportSize({ width: 390, height: 800 });
  await settle(page);
  assert.ok((await overflowPx(page)) <= 0);
  await page.setViewportSize({ width: 1280, height: 800 });

  await page.getByRole("button", { name: "Delete the vault Unreleased" }).click();
  await page.getByRole("dialog").getByText("Nobody can bring them back", { exact: false }).waitFor();
  await assertAccessible(page, "deleting a vault");
  await page.getByRole("dialog").getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByText("No vaults", { exact: true }).waitFor();
  assert.deepEqual(visitor.complaints, []);
});

test("an auditor sees vaults and deletes none", async () => {
  const tenant = await newTenant(platform);
  const auditor = await newMember(platform, tenant.id, "auditor");
  await keepVault(platform, tenant.id, "Contracts");
  await using visitor = await visit(browser, auditor.session);
  const { page } = visitor;
  await page.goto(`${platform.url}/t/${tenant.slug}/keys`);

  await page.getByRole("cell", { name: "Contracts", exact: true }).waitFor();

  const remove = page.getByRole("button", { name: "Delete the vault Contracts" });
  assert.equal(await remove.getAttribute("aria-disabled"), "true");
  assert.deepEqual(visitor.complaints, []);
});

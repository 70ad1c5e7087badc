import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { OauthService } from "../../test/support/oauth-service.ts";
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

let service: OauthService;
let platform: Platform;
let browser: Browser;

before(async () => {
  service = new OauthService();
  await service.start();
  const config = {
    security: { outboundAllow: ["127.0.0.0/8"] },
    integrations: { deezer: service.provider("Deezer"), spotify: { clientId: "a", clientSecret: "b" } },
  };
  platform = await openPlatform({ configFile: `export default ${JSON.stringify(config)};\n` });
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  await platform?.[Symbol.asyncDispose]();
  service?.close();
});

test("an owner connects an account at a service, out and back, sees it end, connects it again, and disconnects it", async () => {
  const tenant = await newTenant(platform);
  const owner = await newMember(platform, tenant.id, "owner");
  await using visitor = await visit(browser, owner.session);
  const { page } = visitor;

  await page.goto(`${platform.url}/t/${tenant.slug}`);
  await page.getByRole("link", { name: "Integrations" }).click();
  await page.getByText("Nothing connected yet").waitFor();
  await page.getByText("Spotify").waitFor();
  await assertAccessible(page, "no integration");
  service.isDenied = true;
  await page.getByRole("button", { name: "Connect Deezer" }).click();
  await page.getByRole("heading", { level: 1, name: "The account was not connected" }).waitFor();
  assert.equal(new URL(page.url()).hash, "", "the answer leaves the address");
  await assertAccessible(page, "refused by the service");
  await page.getByRole("link", { name: "Back to integrations" }).click();

  service.isDenied = false;
  await page.getByRole("button", { name: "Connect Deezer" }).click();
  await page.getByRole("cell", { name: /^studio/ }).waitFor();
  await page.getByText("Connected", { exact: true }).waitFor();
  assert.equal(new URL(page.url()).pathname, `/t/${tenant.slug}/integrations`);
  await assertAccessible(page, "connected account");
  await page.setViewportSize({ width: 390, height: 800 });
  await settle(page);
  assert.ok((await overflowPx(page)) <= 0);
  await page.setViewportSize({ width: 1280, height: 800 });

  // The service forgets us; the next renewal finds out.
  const { integrations, control } = platform.tenancy.internals;
  service.live.clear();
  await control.query("update tenancy.integrations set expires_at = now() where tenant_id = $1", [tenant.id]);
  await integrations.renewEnding();
  await page.reload();
  await page.getByText("Connect the account again.", { exact: false }).waitFor();
  await page.getByText("invalid_grant").waitFor();
  await assertAccessible(page, "account whose connection ended");
  await page.getByRole("button", { name: "Connect again: studio" }).click();
  await page.getByText("Connected", { exact: true }).waitFor();

  await page.getByRole("button", { name: "Disconnect studio" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Disconnect" }).click();
  await page.getByText("Nothing connected yet").waitFor();
  assert.equal((await integrations.list(tenant.id)).length, 0);
  assert.deepEqual(visitor.complaints, []);
});

test("an answer that this tab did not ask for is not sent, whatever it says", async () => {
  const tenant = await newTenant(platform);
  const owner = await newMember(platform, tenant.id, "owner");
  await using visitor = await visit(browser, owner.session);
  const { page } = visitor;
  const sent: string[] = [];
  page.on("request", (request) => {
    if (request.method() === "POST") sent.push(request.url());
  });

  await page.goto(`${platform.url}/integrations/finish#answer=${encodeURIComponent("code=x&state=y")}`);
  await page.getByText("There is no answer of a service in the address", { exact: false }).waitFor();
  await assertAccessible(page, "foreign answer");

  assert.deepEqual(sent, []);
});

test("a member who may not connect sees what there is, and why not; where no service is named it says how", async () => {
  const tenant = await newTenant(platform);
  const auditor = await newMember(platform, tenant.id, "auditor");
  await using visitor = await visit(browser, auditor.session);
  const { page } = visitor;

  await page.goto(`${platform.url}/t/${tenant.slug}/integrations`);
  const connect = page.getByRole("button", { name: "Connect Deezer" });
  await connect.waitFor();

  assert.equal(await connect.getAttribute("aria-disabled"), "true");
  await using bare = await openPlatform();
  const other = await newTenant(bare);
  const owner = await newMember(bare, other.id, "owner");
  await using hers = await visit(browser, owner.session);
  await hers.page.goto(`${bare.url}/t/${other.slug}/integrations`);
  await hers.page.getByText("No service can be connected here").waitFor();
  await assertAccessible(hers.page, "no service");
});

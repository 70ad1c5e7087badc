import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { newMember, newTenant, openSsoWorld, proveDomain, type SsoWorld, staff } from "./sso-support.ts";
import { assertAccessible, launchBrowser, overflowPx, type Platform, settle, visit } from "./support.ts";

let world: SsoWorld;
let platform: Platform;
let browser: Browser;

before(async () => {
  world = await openSsoWorld();
  platform = world.platform;
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  await world?.[Symbol.asyncDispose]();
});

/** What the directory does with the address and the token that the screens show. */
async function provision(baseUrl: string, token: string): Promise<number> {
  const send = (path: string, body: unknown) =>
    fetch(baseUrl + path, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/scim+json" },
      body: JSON.stringify(body),
    });
  const made = await send("/Users", {
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
    userName: "grace@studio.example.com",
    emails: [{ primary: true, value: "grace@studio.example.com" }],
    active: true,
  });
  if (made.status !== 201) return made.status;
  const { id } = (await made.json()) as { id: string };
  const group = { displayName: "Engineers", members: [{ value: id }] };
  return (await send("/Groups", group)).status;
}

test("an owner connects a directory: address, token shown once, what it brings, and the token's end", async () => {
  const tenant = await newTenant(platform);
  const owner = await newMember(platform, tenant.id, "owner");
  await staff(platform, "PATCH", `/v1/tenants/${tenant.id}/sso-rules`, {
    groupRoles: [{ group: "Engineers", roles: ["admin"] }],
  });
  await proveDomain(world, tenant.id, "studio.example.com");
  await using visitor = await visit(browser, owner.session);
  const { page } = visitor;

  await page.goto(`${platform.url}/t/${tenant.slug}`);
  await page.getByRole("link", { name: "Provisioning" }).click();
  await page.getByText("No token yet").waitFor();
  await page.getByText("Nothing yet").waitFor();
  await assertAccessible(page, "no directory");
  await page.getByRole("radio", { name: "Okta" }).check();
  const address = page.getByRole("region", { name: "SCIM address" });
  const baseUrl = ((await address.textContent()) ?? "").trim();

  await page.getByRole("button", { name: "Make a token" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Okta");
  await page.getByRole("dialog").getByRole("button", { name: "Make a token" }).click();
  await page.getByText("This is the only time that the token is shown.", { exact: false }).waitFor();
  await assertAccessible(page, "token shown once");
  const token = ((await page.getByRole("region", { name: "Token", exact: true }).textContent()) ?? "").trim();
  await page.getByRole("button", { name: "I have entered it" }).click();
  assert.equal(await page.getByText(token).count(), 0);

  assert.equal(await provision(baseUrl, token), 201);
  await page.reload();
  await page.getByRole("row", { name: /^Engineers Administrator|^Engineers Admin/ }).waitFor();
  await page.getByRole("row", { name: /^grace@studio\.example\.com Active Engineers/ }).waitFor();
  await assertAccessible(page, "what a directory brought");
  await page.setViewportSize({ width: 390, height: 800 });
  await settle(page);
  assert.ok((await overflowPx(page)) <= 0);
  await page.setViewportSize({ width: 1280, height: 800 });

  const admin = await newMember(platform, tenant.id, "admin");
  await using theirs = await visit(browser, admin.session);
  await theirs.page.goto(`${platform.url}/t/${tenant.slug}/provisioning`);
  const make = theirs.page.getByRole("button", { name: "Make a token" });
  await theirs.page.getByRole("row", { name: /^grace@/ }).waitFor();
  await make.hover();
  await theirs.page.getByRole("tooltip", { name: /^Only an owner may do this/ }).waitFor();
  assert.equal(await make.getAttribute("aria-disabled"), "true");

  await page.getByRole("link", { name: "What it did: Okta" }).click();
  await page.getByText("scim.user_created").first().waitFor();
  await page.goBack();
  await page.getByRole("button", { name: "Revoke the token Okta" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await page.getByText("No token yet").waitFor();
  assert.equal(await provision(baseUrl, token), 401);
  assert.deepEqual(visitor.complaints, []);
});

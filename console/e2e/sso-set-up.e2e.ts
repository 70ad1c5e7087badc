import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { SamlIdp } from "../../test/support/saml-idp.ts";
import {
  connectOidc,
  newMember,
  newTenant,
  openSsoWorld,
  proveDomain,
  type SsoWorld,
  serveSamlIdp,
} from "./sso-support.ts";
import { assertAccessible, launchBrowser, overflowPx, settle, signIn, visit } from "./support.ts";

let world: SsoWorld;
let browser: Browser;

before(async () => {
  world = await openSsoWorld();
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  await world?.[Symbol.asyncDispose]();
});

async function assertFits(page: Page, where: string): Promise<void> {
  await assertAccessible(page, where);
  await page.setViewportSize({ width: 390, height: 800 });
  await settle(page);
  assert.ok((await overflowPx(page)) <= 0, where);
  await page.setViewportSize({ width: 1280, height: 800 });
}

test("an admin connects an OpenID provider from the first screen to required SSO, by the screens alone", async () => {
  const { platform, dns, oidc } = world;
  const tenant = await newTenant(platform);
  const owner = await newMember(platform, tenant.id, "owner");
  const domain = `${randomUUID().slice(0, 8)}.example.com`;
  await using visitor = await visit(browser, owner.session);
  const { page } = visitor;

  await page.goto(`${platform.url}/t/${tenant.slug}`);
  await page.getByRole("link", { name: "Single sign-on" }).click();
  await page.getByText("No provider yet").waitFor();
  await assertFits(page, "SSO of a tenant that has none");
  await page.getByRole("button", { name: "Connect a provider" }).first().click();
  await page.getByRole("radio", { name: "Another provider" }).check();
  await page.getByLabel("Name", { exact: true }).fill("Studio ID");
  await assertFits(page, "first screen of a set-up");
  await page.getByRole("button", { name: "Begin the set-up" }).click();

  const redirectUri = page.getByRole("region", { name: "Redirect URI" });
  oidc.redirectUris.add(((await redirectUri.textContent()) ?? "").trim());
  await assertFits(page, "step at the provider");

  // Left half done, it is found again where it stood.
  await page.goto(`${platform.url}/t/${tenant.slug}/sso`);
  await page.getByText("Half done").waitFor();
  await page.getByRole("link", { name: "Continue the set-up of Studio ID" }).click();
  await page.getByLabel("Issuer, or address of the discovery document").fill("http://127.0.0.1:9");
  await page.getByLabel("Client ID").fill(oidc.clientId);
  await page.getByLabel("Client secret").fill("not the secret");
  await page.getByRole("button", { name: "Save and continue" }).click();

  await page.getByRole("textbox", { name: "Domain", exact: true }).fill(domain);
  await page.getByRole("button", { name: "Add domain" }).click();
  await page.getByRole("button", { name: `Look for the record of ${domain}` }).click();
  await page.getByText("DNS has no TXT record").waitFor();
  await assertFits(page, "domain that is not proven");
  const [name = "", value = ""] = await page.locator(".mail-domain .copyable .mono").allInnerTexts();
  dns.records.set(name, [value]);
  await page.getByRole("button", { name: `Look for the record of ${domain}` }).click();
  await page.getByText("Proven", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Continue" }).click();

  await page.getByRole("button", { name: "Add a group" }).click();
  await page.getByPlaceholder("Group, as the provider names it").fill("Engineers");
  await page.getByRole("combobox", { name: "Roles of Engineers" }).fill("admin");
  await page.keyboard.press("Enter");
  await page.getByRole("region", { name: "Roles by group" }).getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved.").first().waitFor();
  await assertFits(page, "who gets in");
  await page.getByRole("button", { name: "Continue" }).click();

  const result = (check: string) => page.getByRole("row", { name: new RegExp(`^${check}`) });
  await result("Discovery").getByText("Failed").waitFor();
  await result("Discovery").getByText("Check the address.", { exact: false }).waitFor();
  await assertFits(page, "checks that failed");
  await page.getByRole("link", { name: /At the provider/ }).click();
  await page
    .getByLabel("Issuer, or address of the discovery document")
    .fill(`${oidc.issuer}/.well-known/openid-configuration`);
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Saved.").first().waitFor();
  await page.getByRole("link", { name: /Test/ }).click();
  await result("Client").getByText("Failed").waitFor();
  await page.getByRole("link", { name: /At the provider/ }).click();
  await page.getByLabel("Client secret").fill(oidc.clientSecret);
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Saved.").first().waitFor();
  await page.getByRole("link", { name: /Test/ }).click();
  await page.getByText("Everything that can be checked without a sign-in is in order.").waitFor();

  const sub = randomUUID();
  oidc.accounts.set(sub, { email: `grace@${domain}`, claims: { name: "Grace", groups: ["Engineers"] } });
  oidc.next = { sub };
  await page.getByRole("button", { name: "Sign in as a test" }).click();
  await page.getByText("The provider signed you in").waitFor();
  await page.getByText(`grace@${domain}`).waitFor();
  await assertFits(page, "answer of a test sign-in");
  await page.getByRole("button", { name: "Continue" }).click();

  await page.getByRole("button", { name: "Switch on" }).click();
  await page.getByText("In use", { exact: true }).last().waitFor();
  await page.getByRole("combobox", { name: "Break-glass owner" }).selectOption({ index: 1 });
  await page.getByRole("button", { name: "Require SSO" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Require SSO" }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.getByText("Required", { exact: true }).waitFor();
  await assertFits(page, "connection in use");

  await page.getByRole("button", { name: "Switch off" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Switch off" }).click();
  await page.getByText("Requiring SSO needs an active connection", { exact: false }).waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Stop requiring SSO" }).click();
  await page.getByText("Not required", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Remove", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await page.getByText("No provider yet").waitFor();
  assert.deepEqual(visitor.complaints, []);
});

test("an admin connects Google by SAML with its file, tests it, and rotates its certificate", async () => {
  const { platform } = world;
  const tenant = await newTenant(platform);
  const owner = await newMember(platform, tenant.id, "owner");
  const domain = `${randomUUID().slice(0, 8)}.example.com`;
  await proveDomain(world, tenant.id, domain);
  const idp = new SamlIdp("google.example.com");
  await using visitor = await visit(browser, owner.session);
  const { page } = visitor;
  await serveSamlIdp(page, idp, () => `grace@${domain}`);

  await page.goto(`${platform.url}/t/${tenant.slug}/sso/new`);
  await page.getByRole("radio", { name: "Google Workspace" }).check();
  await page.getByRole("radio", { name: "SAML 2.0" }).check();
  await page.getByRole("button", { name: "Begin the set-up" }).click();
  await page.getByRole("region", { name: "Assertion consumer service URL" }).waitFor();
  await page.getByLabel("Metadata", { exact: true }).fill("<html>not metadata</html>");
  await page.getByRole("button", { name: "Save and continue" }).click();
  await page.getByText("the metadata was refused", { exact: false }).waitFor();
  await assertFits(page, "metadata that were refused");
  await page.getByLabel("Choose a file").setInputFiles({
    name: "GoogleIDPMetadata.xml",
    mimeType: "application/xml",
    buffer: Buffer.from(idp.metadata()),
  });
  await page.getByRole("button", { name: "Save and continue" }).click();
  await page.getByText(domain).first().waitFor();

  await page.getByRole("link", { name: /Test/ }).click();
  await page.getByRole("button", { name: "Sign in as a test" }).click();
  await page.getByText("The provider signed you in").waitFor();
  await page.getByText("Engineers").waitFor();
  await page.getByRole("link", { name: /Use/ }).click();
  await page.getByRole("button", { name: "Bring new metadata" }).click();
  const next = new SamlIdp("google.example.com");
  await page.getByLabel("Metadata", { exact: true }).fill(next.metadata());
  await assertAccessible(page, "new metadata");
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });

  const certificates = page.getByRole("region", { name: "Certificates of the provider" });
  assert.equal(await certificates.getByText("Counts", { exact: true }).count(), 2);
  await assertFits(page, "certificates during a rotation");
  assert.deepEqual(visitor.complaints, []);
});

test("a test sign-in that is refused comes back to the step where it began, with the reason", async () => {
  const { platform } = world;
  const tenant = await newTenant(platform);
  const owner = await newMember(platform, tenant.id, "owner");
  const connection = await connectOidc(world, tenant.id);
  const sub = randomUUID();
  world.oidc.accounts.set(sub, { email: "grace@example.com" });
  world.oidc.next = { sub };
  await using visitor = await visit(browser, owner.session);
  const { page } = visitor;

  await page.goto(`${platform.url}/t/${tenant.slug}/sso/${connection.id}?step=test`);
  await page.getByRole("button", { name: "Sign in as a test" }).waitFor();
  await page.route(`${world.oidc.issuer}/auth?**`, (route) => {
    const query = new URL(route.request().url()).searchParams;
    const back = new URL(query.get("redirect_uri") ?? "");
    back.search = new URLSearchParams({
      error: "access_denied",
      state: query.get("state") ?? "",
      iss: world.oidc.issuer,
    }).toString();
    return route.fulfill({ status: 303, headers: { location: back.href } });
  });
  await page.getByRole("button", { name: "Sign in as a test" }).click();

  await page.getByText("The test sign-in did not work").waitFor();
  await page.getByText("access_denied", { exact: false }).first().waitFor();
  await assertAccessible(page, "refused test");
});

test("a member who may only read sees it all and why each control is off; a viewer has no such room", async () => {
  const { platform } = world;
  const tenant = await newTenant(platform);
  const auditor = await newMember(platform, tenant.id, "auditor");
  const viewer = await newMember(platform, tenant.id, "viewer");
  await connectOidc(world, tenant.id);
  await using reading = await visit(browser, auditor.session);
  await reading.page.goto(`${platform.url}/t/${tenant.slug}/sso`);
  await reading.page.getByText("Directory", { exact: true }).waitFor();
  const connect = reading.page.getByRole("button", { name: "Connect a provider" });
  assert.equal(await connect.getAttribute("aria-disabled"), "true");
  await connect.focus();
  await reading.page.getByText("it takes the permission", { exact: false }).first().waitFor();
  await connect.blur();
  await assertAccessible(reading.page, "SSO for somebody who may only read");

  await using other = await visit(browser, viewer.session);
  await other.page.goto(`${platform.url}/t/${tenant.slug}`);
  await other.page.getByRole("heading", { level: 1, name: tenant.name }).waitFor();
  await settle(other.page);
  assert.equal(await other.page.getByRole("link", { name: "Single sign-on" }).count(), 0);
});

test("an operator sees and sets up a tenant's providers, in French as well", async () => {
  const { platform } = world;
  const tenant = await newTenant(platform);
  await connectOidc(world, tenant.id);
  await using visitor = await visit(browser, await signIn(browser, platform));
  const { page } = visitor;

  await page.goto(`${platform.url}/tenants/${tenant.id}/sso`);
  await page.getByRole("link", { name: "Open Directory" }).waitFor();
  await assertFits(page, "operator's view of SSO");
  await page.getByRole("link", { name: "Open Directory" }).click();
  await page.getByRole("heading", { level: 1, name: "Directory" }).waitFor();
  await page.getByRole("link", { name: /At the provider/ }).click();
  await page.getByRole("region", { name: "Redirect URI" }).waitFor();
  await assertFits(page, "operator's view of a connection");
  await page.getByRole("button", { name: /^Operator/ }).click();
  await page.getByRole("menuitemradio", { name: "Français" }).click();
  await page.getByRole("heading", { level: 2, name: "Chez Un autre fournisseur" }).waitFor();
  assert.deepEqual(visitor.complaints, []);
});

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { SamlIdp } from "../../test/support/saml-idp.ts";
import {
  type Connected,
  connectOidc,
  type NewTenant,
  newMember,
  newTenant,
  openSsoWorld,
  proveDomain,
  type SsoWorld,
  serveSamlIdp,
  staff,
} from "./sso-support.ts";
import {
  addPasskeyDevice,
  assertAccessible,
  launchBrowser,
  mailedLink,
  mailsTo,
  nobody,
  overflowPx,
  settle,
  visit,
} from "./support.ts";

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

async function connectedTenant(): Promise<{ tenant: NewTenant; domain: string; connection: Connected }> {
  const tenant = await newTenant(world.platform);
  const domain = `${randomUUID().slice(0, 8)}.example.com`;
  await proveDomain(world, tenant.id, domain);
  return { tenant, domain, connection: await connectOidc(world, tenant.id) };
}

async function requireSso({ id }: NewTenant): Promise<Awaited<ReturnType<typeof newMember>>> {
  const owner = await newMember(world.platform, id, "owner");
  const rules = { isRequired: true, breakGlassUserId: owner.userId };
  await staff(world.platform, "PATCH", `/v1/tenants/${id}/sso-rules`, rules);
  return owner;
}

/** Somebody whom the OpenID provider signs in next, without asking. */
function nextPerson(email: string): void {
  const sub = randomUUID();
  world.oidc.accounts.set(sub, { email, claims: { name: "Grace Hopper" } });
  world.oidc.next = { sub };
}

async function typeAddress(page: Page, email: string): Promise<void> {
  await page.getByLabel("E-mail address").fill(email);
  await page.getByRole("button", { name: "Continue", exact: true }).click();
}

test("an address leads to its organisation's provider, out and back, and a newcomer is a member", async () => {
  const { tenant, domain } = await connectedTenant();
  nextPerson(`grace@${domain}`);
  await using visitor = await visit(browser, nobody);
  const { page } = visitor;

  await page.goto(`${world.platform.url}/t/${tenant.slug}`);
  await page.getByText("Sign in to go on.").waitFor();
  await typeAddress(page, `grace@${domain}`);
  await page.getByRole("button", { name: "Continue with Directory" }).waitFor();
  await assertAccessible(page, "choice of providers");
  await page.getByRole("button", { name: "Continue with Directory" }).click();
  await page.getByRole("heading", { level: 1, name: tenant.name }).waitFor();

  assert.equal(world.oidc.lastAsked["login_hint"], `grace@${domain}`);
  assert.equal(new URL(page.url()).pathname, `/t/${tenant.slug}`);
  assert.equal(new URL(page.url()).hash, "");
  assert.deepEqual(visitor.complaints, []);
});

test("where SSO is required and there is one provider, the address alone is enough", async () => {
  const { tenant, domain } = await connectedTenant();
  await requireSso(tenant);
  nextPerson(`grace@${domain}`);
  await using visitor = await visit(browser, nobody);
  const { page } = visitor;

  await page.goto(`${world.platform.url}/sign-in?to=/t/${tenant.slug}`);
  await typeAddress(page, `grace@${domain}`);

  await page.getByRole("heading", { level: 1, name: tenant.name }).waitFor();
});

test("a provider that says a foreign address is refused in plain words, with the ways on", async () => {
  const { domain } = await connectedTenant();
  nextPerson("mallory@elsewhere.example.net");
  await using visitor = await visit(browser, nobody);
  const { page } = visitor;

  await page.goto(`${world.platform.url}/sign-in`);
  await typeAddress(page, `grace@${domain}`);
  await page.getByRole("button", { name: "Continue with Directory" }).click();
  await page.getByRole("heading", { level: 1, name: "That sign-in did not work" }).waitFor();
  await page.getByText("has not proven that the domain of the address is its own").waitFor();
  await assertAccessible(page, "refused sign-in");

  nextPerson(`grace@${domain}`);
  await page.context().clearCookies({ domain: "127.0.0.1" });
  await page.getByRole("button", { name: "Try again with your organisation" }).click();
  await page.getByRole("heading", { level: 1, name: "Profile" }).waitFor();
});

test("a provider that is away is told where the person stands, and other ways stay open", async () => {
  const { tenant, domain, connection } = await connectedTenant();
  await staff(world.platform, "PATCH", `/v1/tenants/${tenant.id}/sso-connections/${connection.id}`, {
    oidc: { issuer: "http://127.0.0.1:9", clientId: "x" },
  });
  await using visitor = await visit(browser, nobody);
  const { page } = visitor;

  await page.goto(`${world.platform.url}/sign-in`);
  await typeAddress(page, `grace@${domain}`);
  await page.getByRole("button", { name: "Continue with Directory" }).click();
  await page.getByText("The identity provider could not be asked").waitFor();
  await page.getByRole("button", { name: "Sign in another way" }).click();

  await page.getByLabel("Password", { exact: true }).waitFor();
});

test("a tenant that demands a second factor asks for it after SSO: to enrol one the first time, to use it the next", async () => {
  const { tenant, domain } = await connectedTenant();
  await staff(world.platform, "PUT", `/v1/tenants/${tenant.id}/sign-in-rules`, { mfaRequired: true });
  nextPerson(`grace@${domain}`);
  await using visitor = await visit(browser, nobody);
  const { page } = visitor;
  await addPasskeyDevice(page);

  await page.goto(`${world.platform.url}/sign-in?to=/t/${tenant.slug}`);
  await typeAddress(page, `grace@${domain}`);
  await page.getByRole("button", { name: "Continue with Directory" }).click();
  await page.getByRole("heading", { level: 1, name: `${tenant.name} asks for a second factor` }).waitFor();
  await assertAccessible(page, "door without a factor");
  await page.getByRole("link", { name: "Add a second factor" }).click();
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("Laptop");
  await page.getByRole("dialog").getByRole("button", { name: "Add a passkey" }).click();
  // The organisation's word is not enough for that: the person's own mailbox is.
  const mails = await mailsTo(world.platform, `grace@${domain}`);
  await page.getByRole("button", { name: "Mail me a link" }).click();
  await page.getByText(`A link is on its way to grace@${domain}`, { exact: false }).waitFor();
  await page.goto(await mailedLink(world.platform, `grace@${domain}`, mails));
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("link", { name: "Ways to sign in" }).click();
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("Laptop");
  await page.getByRole("dialog").getByRole("button", { name: "Add a passkey" }).click();
  await page.getByRole("button", { name: "I have kept them" }).click();

  await page.goto(`${world.platform.url}/t/${tenant.slug}`);
  await page.getByRole("heading", { level: 1, name: tenant.name, exact: true }).waitFor();

  await page.context().clearCookies();
  await page.goto(`${world.platform.url}/sign-in?to=/t/${tenant.slug}`);
  await typeAddress(page, `grace@${domain}`);
  await page.getByRole("button", { name: "Continue with Directory" }).click();
  await page.getByRole("heading", { level: 1, name: `${tenant.name} asks for a second factor` }).waitFor();
  await assertAccessible(page, "door with a factor");
  await page.getByRole("button", { name: "Use a passkey" }).click();

  await page.getByRole("heading", { level: 1, name: tenant.name, exact: true }).waitFor();
  assert.deepEqual(visitor.complaints, []);
});

test("required SSO keeps a session without it before the door; the break-glass owner comes in", async () => {
  const { tenant, domain } = await connectedTenant();
  const member = await newMember(world.platform, tenant.id, "member", { domain });
  const owner = await requireSso(tenant);
  nextPerson(member.email);
  await using hers = await visit(browser, owner.session);
  await hers.page.goto(`${world.platform.url}/t/${tenant.slug}`);
  await hers.page.getByRole("heading", { level: 1, name: tenant.name, exact: true }).waitFor();

  await using visitor = await visit(browser, member.session);
  const { page } = visitor;
  await page.goto(`${world.platform.url}/t/${tenant.slug}`);
  await page.getByRole("heading", { level: 1, name: `${tenant.name} signs you in itself` }).waitFor();
  await assertAccessible(page, "door of required SSO");
  await page.getByRole("button", { name: "Continue with Directory" }).click();

  await page.getByRole("heading", { level: 1, name: tenant.name, exact: true }).waitFor();
});

test("somebody signs in by SAML, also from the provider's own page by one press", async () => {
  const tenant = await newTenant(world.platform);
  const domain = `${randomUUID().slice(0, 8)}.example.com`;
  await proveDomain(world, tenant.id, domain);
  const idp = new SamlIdp("saml.example.com");
  const path = `/v1/tenants/${tenant.id}/sso-connections`;
  const made = await staff<Connected>(world.platform, "POST", path, {
    name: "SAML",
    saml: { metadataXml: idp.metadata(), allowsIdpInitiated: true },
  });
  await staff(world.platform, "PATCH", `${path}/${made.id}`, { status: "active" });
  await using visitor = await visit(browser, nobody);
  const { page } = visitor;
  await serveSamlIdp(page, idp, () => `grace@${domain}`);

  await page.goto(`${world.platform.url}/sign-in?to=/t/${tenant.slug}`);
  await typeAddress(page, `grace@${domain}`);
  await page.getByRole("button", { name: "Continue with SAML" }).click();
  await page.getByRole("heading", { level: 1, name: tenant.name }).waitFor();

  await page.goto(`${world.platform.url}/sign-in/sso#start=${made.id}`);
  await page.getByText("You come from your organisation’s own page.", { exact: false }).waitFor();
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("heading", { level: 1, name: "Profile" }).waitFor();
  assert.deepEqual(visitor.complaints, []);
});

test("the page of arrivals says when there is none, fits a telephone, and speaks French", async () => {
  await using visitor = await visit(browser, nobody);
  const { page } = visitor;

  await page.goto(`${world.platform.url}/sign-in/sso`);
  await page.getByRole("heading", { level: 1, name: "Sign in with your organisation" }).waitFor();
  await assertAccessible(page, "no arrival");
  await page.setViewportSize({ width: 390, height: 800 });
  await settle(page);

  assert.ok((await overflowPx(page)) <= 0);
  await page.getByRole("combobox", { name: "Language" }).selectOption("fr");
  await page.getByRole("heading", { level: 1, name: "Se connecter par votre organisation" }).waitFor();
});

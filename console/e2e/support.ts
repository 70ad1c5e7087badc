import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import AxeBuilder from "@axe-core/playwright";
import { Secret, TOTP } from "otpauth";
import {
  type Browser,
  type BrowserContextOptions,
  type CDPSession,
  chromium,
  type Page,
} from "playwright-core";
import { addMember } from "../../src/identity/members.ts";
import { createUser as addUserTo, readUser } from "../../src/identity/users.ts";
import type { Tenancy } from "../../src/start.ts";
import { type PlatformOptions, startPlatform } from "../../test/support/platform.ts";

export interface Platform extends AsyncDisposable {
  /** By the name `localhost`: passkeys belong to names, not to addresses. */
  readonly url: string;
  readonly apiKey: string;
  /** One-time operator link. */
  readonly link: string;
  readonly tenancy: Tenancy;
}

export async function openPlatform(options: PlatformOptions = {}): Promise<Platform> {
  const platform = await startPlatform(options);
  const byName = (url: string) => url.replace("127.0.0.1", "localhost");
  return { ...platform, url: byName(platform.url), link: byName(platform.link), tenancy: platform.tenancy };
}

/** Somebody with an account and nothing else: no password, no factor. Their address. */
export async function createUser(platform: Platform, name: string): Promise<string> {
  const email = `${randomUUID()}@example.com`;
  const { parts } = platform.tenancy.internals.identity;
  await addUserTo(parts, { email, name, isVerified: true }, { actor: "test" });
  return email;
}

/** A tenant of its own name, in which that person has that role. */
export async function createTenantFor(
  platform: Platform,
  email: string,
  role: string,
): Promise<{ readonly slug: string; readonly name: string }> {
  const { internals, tenants } = platform.tenancy;
  const name = `Studio ${randomUUID().slice(0, 8)}`;
  const tenant = await tenants.create({ name });
  const { id: userId } = await readUser(internals.control, email);
  const { parts } = internals.identity;
  await addMember(parts, { tenantId: tenant.id, userId, roles: [role] }, { actor: "test", principal: null });
  return { slug: tenant.slug as string, name }; // a tenant that is not erased has one
}

/** The mails to somebody so far, newest first, as the outbox of a platform without a mail server shows them. */
export async function mailsTo(platform: Platform, email: string): Promise<readonly string[]> {
  const path = `/v1/mail/outbox?to=${encodeURIComponent(email)}`;
  return (await ask<{ items: { id: string }[] }>(platform, path)).items.map(({ id }) => id);
}

/** The link in the first mail to somebody that is not among those `before`. */
export async function mailedLink(
  platform: Platform,
  email: string,
  before: readonly string[],
): Promise<string> {
  const deadlineMs = Date.now() + TIMEOUT_MS;
  while (Date.now() < deadlineMs) {
    const fresh = (await mailsTo(platform, email)).find((id) => !before.includes(id));
    if (fresh !== undefined) {
      const { text } = await ask<{ text: string }>(platform, `/v1/mail/outbox/${fresh}`);
      const [link] = /http:\S+#\S+/.exec(text) ?? [];
      if (link) return link;
    }
    // The mail is written after the answer, so that its time tells nothing.
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`No mail to ${email}`);
}

async function ask<T>({ url, apiKey }: Platform, path: string): Promise<T> {
  const answer = await fetch(url + path, { headers: { authorization: `Bearer ${apiKey}` } });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as T;
}

export function overflowPx(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium",
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** Long enough for a machine that runs the other tests beside. */
const TIMEOUT_MS = 30_000;

export interface Visit extends AsyncDisposable {
  readonly page: Page;
  /** What the browser complained about: faults of scripts, and refusals of the content security policy. */
  readonly complaints: readonly string[];
}

export type Session = Awaited<ReturnType<Awaited<ReturnType<Browser["newContext"]>>["storageState"]>>;

/** Signs in once by the one-time link; the visits of a file share the session. */
export async function signIn(browser: Browser, platform: Platform): Promise<Session> {
  const context = await browser.newContext({ locale: "en-GB" });
  const page = await context.newPage();
  page.setDefaultTimeout(TIMEOUT_MS);
  await page.goto(platform.link);
  await page.getByRole("heading", { level: 1, name: "Tenants" }).waitFor();
  assert.equal(new URL(page.url()).hash, "", "the token leaves the address");
  const session = await context.storageState();
  await context.close();
  return session;
}

export async function visit(
  browser: Browser,
  session: Session,
  options: BrowserContextOptions = {},
): Promise<Visit> {
  // From the first page on: what begins to fade before motion is reduced would fade on.
  const context = await browser.newContext({
    locale: "en-GB",
    reducedMotion: "reduce",
    ...options,
    storageState: session,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(TIMEOUT_MS);
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    // A refused request is the page's own business: it shows it.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
      complaints.push(message.text());
    }
  });
  return { page, complaints, [Symbol.asyncDispose]: () => context.close() };
}

/** Frames in a row in which a page must rest: a fade that a script begins shows a frame or two after its cause. */
const CALM_FRAMES = 6;

/** The page is there, has stopped loading, and nothing in it fades in or out any more, nor is about to. */
export async function settle(page: Page): Promise<void> {
  await page.getByRole("heading", { level: 1 }).first().waitFor({ state: "attached" });
  await page.evaluate(
    ({ frames, deadlineMs }) =>
      new Promise<void>((done, fail) => {
        const isCalm = () =>
          document.querySelector(".bone, [aria-busy=true], [style*='transition-duration']") === null &&
          document
            .getAnimations()
            .every(
              ({ playState, effect }) =>
                playState !== "running" || effect?.getComputedTiming().endTime === Number.POSITIVE_INFINITY,
            );
        let calm = 0;
        const look = () => {
          calm = isCalm() ? calm + 1 : 0;
          if (calm >= frames) done();
          else if (performance.now() > deadlineMs) fail(new Error("the page does not come to rest"));
          else requestAnimationFrame(look);
        };
        deadlineMs += performance.now();
        look();
      }),
    { frames: CALM_FRAMES, deadlineMs: TIMEOUT_MS },
  );
}

/**
 * Every rule of WCAG 2.2 up to AA that axe knows, and its best practices, in light; then what dark can change, the
 * contrasts, without loading the page again: the theme follows the system.
 */
export async function assertAccessible(page: Page, where: string): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await settle(page);
    const axe = new AxeBuilder({ page });
    const { violations } = await (colorScheme === "light"
      ? axe
      : axe.withRules(["color-contrast"])
    ).analyze();
    const found = violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`,
    );
    assert.deepEqual(found, [], `${where} in ${colorScheme}`);
  }
}

/** Presses Tab as a person does, up to the length of any page. */
export async function tabTo(page: Page, role: "button" | "textbox", name: string): Promise<void> {
  const targets = page.getByRole(role, { name, exact: true });
  await targets.first().waitFor();
  for (let presses = 0; presses < 80; presses += 1) {
    await page.keyboard.press("Tab");
    const isThere = await targets.evaluateAll((elements) =>
      elements.includes(document.activeElement as HTMLElement),
    );
    if (isThere) return;
  }
  assert.fail(`Tab never reaches the ${role} “${name}”`);
}

/** A dialog or a menu takes the focus a moment after it appears; a person sees that before typing. */
export async function waitForFocusIn(page: Page, selector: string): Promise<void> {
  await page.waitForFunction((inside) => document.activeElement?.closest(inside) !== null, selector);
}

export async function waitUntilClosed(page: Page): Promise<void> {
  await page.getByRole("dialog").waitFor({ state: "detached" });
}

/** The authenticator of a laptop: keeps discoverable keys, and knows its owner's finger. */
export async function addPasskeyDevice(page: Page): Promise<{ lose(): Promise<void> }> {
  const cdp: CDPSession = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    lose: async () => void (await cdp.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId })),
  };
}

/** A visit of nobody: no cookie, nothing kept. */
export const nobody = { cookies: [], origins: [] };

/** Asks for a link, opens it from the mail, and signs in with it: whoever has no second factor is in. */
export async function signInByLink(platform: Platform, page: Page, email: string): Promise<void> {
  await openSignInLink(platform, page, email);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("heading", { level: 1, name: "Profile" }).waitFor();
}

/** The page that a sign-in link leads to. */
export async function openSignInLink(platform: Platform, page: Page, email: string): Promise<void> {
  await page.goto(`${platform.url}/account`);
  await page.getByLabel("E-mail address").fill(email);
  await page.getByRole("button", { name: "Continue" }).click();
  const before = await mailsTo(platform, email);
  await page.getByRole("button", { name: "Send me a sign-in link" }).click();
  await page.getByRole("heading", { level: 1, name: "Look in your inbox" }).waitFor();
  await page.goto(await mailedLink(platform, email, before));
  await page.getByRole("heading", { level: 1, name: "Sign in with this link" }).waitFor();
  assert.equal(new URL(page.url()).hash, "", "the token leaves the address");
}

export async function signOut(page: Page): Promise<void> {
  await page.getByRole("button", { name: /^Account of/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
}

/** What an authenticator app shows. */
export function codeOf(seed: string, atMs: number = Date.now()): string {
  return new TOTP({ secret: Secret.fromBase32(seed) }).generate({ timestamp: atMs });
}

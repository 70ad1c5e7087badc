import { type Actor, recordEvent } from "../audit/record.ts";
import { isTenancyError, type TenancyError } from "../base/errors.ts";
import { exec, maybe, one } from "../db/sql.ts";
import { withTx } from "../db/tx.ts";
import { type DeviceMark, recogniseDevice } from "../identity/devices.ts";
import { type FreshSession, type Origin, openSession } from "../identity/sessions.ts";
import { findSigner } from "../identity/sign-in-store.ts";
import { drawToken, hashToken } from "../identity/token.ts";
import { type Claimed, fromOidc, fromSaml } from "./claims.ts";
import { assertDescribed, type Connection } from "./connection.ts";
import { connectionById, oidcSettings, readConnection } from "./connections.ts";
import { ssoError } from "./errors.ts";
import { ATTEMPT_LIFETIME_MS, OUTCOME_LIFETIME_MS } from "./limits.ts";
import { OidcRefusal } from "./oidc/relying-party.ts";
import type { SsoParts } from "./parts.ts";
import { provision } from "./provision.ts";
import { SamlRefusal } from "./saml/refusal.ts";
import { drawRequestId, requestUrl } from "./saml/request.ts";
import { type SamlIdentity, verifyResponse } from "./saml/response.ts";
import { attemptContext } from "./sealed-places.ts";
import {
  type AttemptRow,
  answerAttempt,
  backdateSession,
  deleteOldAssertions,
  deleteOldAttempts,
  insertAttempt,
  keepOutcome,
  takeAttempt,
  useAssertion,
} from "./store.ts";

/** Our addresses at a provider. They hold the connection's id, so no two providers share one (mix-up, RFC 9700). */
export function addressesOf(baseUrl: string, connectionId: string) {
  const base = `${baseUrl.replace(/\/$/, "")}/v1/sso/${connectionId}`;
  return { callbackUrl: `${base}/callback`, acsUrl: `${base}/acs`, entityId: `${base}/metadata` };
}

/** What has to fit when the answer comes; sealed in the table. */
interface Checks {
  readonly baseUrl: string;
  readonly returnTo: string;
  readonly maxAgeS: number | null;
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  readonly requestId: string;
}

export interface StartInput {
  readonly connectionId: string;
  readonly purpose: "sign_in" | "test";
  /** Where browsers reach this server. */
  readonly baseUrl: string;
  /** A path of the console to go to afterwards. */
  readonly returnTo?: string;
  readonly loginHint?: string;
  /** Ask for a new sign-in at the provider, for a step-up. */
  readonly isFresh?: boolean;
}

export interface Started {
  /** Where the browser goes. */
  readonly url: string;
  /** Goes into a cookie of this browser: without it nobody ends the sign-in. */
  readonly browserToken: string;
  readonly expiresAt: Date;
}

/** A path of our own; anything that a browser could take for another site is the start page. */
export function safePath(path: string | undefined): string {
  const isOwn = path !== undefined && path.length <= 500 && /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(path);
  return isOwn ? path : "/";
}

/** Begins a sign-in. Throws sso.connection_not_found, also for one that is not active; sso.settings_invalid, sso.provider_unreachable. */
export async function startSignIn(parts: SsoParts, input: StartInput, by: Actor): Promise<Started> {
  const connection = await connectionById(parts, input.connectionId);
  const isOpen =
    connection &&
    (connection.status === "active" || (input.purpose === "test" && connection.status === "draft"));
  if (!isOpen) throw ssoError("sso.connection_not_found", { id: input.connectionId });
  assertDescribed(connection);
  const now = parts.clock.now();
  const maxAgeS = input.isFresh ? 0 : null;
  const common = { baseUrl: input.baseUrl, returnTo: safePath(input.returnTo), maxAgeS };
  const { url, ...own } =
    connection.kind === "oidc"
      ? await startOidc(parts, connection, input, maxAgeS)
      : startSaml(connection, input, now);
  const browserToken = drawToken();
  const expiresAt = new Date(now.getTime() + ATTEMPT_LIFETIME_MS);
  const { tenantId, id } = connection;
  const checks: Checks = { ...common, ...own };
  const sealed = await parts.keyring.seal(
    { tenantId },
    "secrets",
    sealContext("checks", own.state),
    Buffer.from(JSON.stringify(checks)),
  );
  await withTx(parts.pool, async (tx) => {
    await exec(tx, deleteOldAttempts, [now]);
    await exec(tx, deleteOldAssertions, [now]);
    await exec(tx, insertAttempt, [
      hashToken(own.state),
      tenantId,
      id,
      input.purpose,
      hashToken(browserToken),
      sealed,
      now,
      expiresAt,
    ]);
    const action = input.purpose === "test" ? "sso.connection_tested" : "sso.sign_in_started";
    await recordEvent(tx, by, action, tenantId, { connectionId: id });
  });
  return { url, browserToken, expiresAt };
}

type OwnChecks = Pick<Checks, "state" | "nonce" | "codeVerifier" | "requestId">;

async function startOidc(
  parts: SsoParts,
  connection: Connection & { readonly kind: "oidc" },
  input: StartInput,
  maxAgeS: number | null,
): Promise<OwnChecks & { url: string }> {
  const { callbackUrl: redirectUri } = addressesOf(input.baseUrl, connection.id);
  const ask = { redirectUri, loginHint: input.loginHint ?? null, isForced: input.isFresh === true, maxAgeS };
  try {
    const start = await parts.relyingParty.start(await oidcSettings(parts, connection), ask);
    return { ...start, requestId: "" };
  } catch (failure) {
    if (failure instanceof OidcRefusal)
      throw ssoError("sso.provider_unreachable", { reason: failure.message }, { cause: failure });
    throw failure;
  }
}

function startSaml(
  connection: Connection & { readonly kind: "saml" },
  input: StartInput,
  now: Date,
): OwnChecks & { url: string } {
  const { acsUrl, entityId } = addressesOf(input.baseUrl, connection.id);
  const requestId = drawRequestId();
  const state = drawToken();
  const url = requestUrl({
    ssoUrl: connection.settings.ssoUrl,
    entityId,
    acsUrl,
    requestId,
    relayState: state,
    isForced: input.isFresh === true,
    loginHint: input.loginHint ?? null,
    now,
  });
  return { url, state, requestId, nonce: "", codeVerifier: "" };
}

/** What a SAML provider said, kept until its browser comes for it. */
type Outcome =
  | { readonly claimed: Omit<Claimed, "authenticatedAt"> & { readonly authenticatedAt: string | null } }
  | { readonly refused: string };

/** What the browser does after the provider's POST. */
export type AfterPost =
  | { readonly kind: "finish"; readonly state: string }
  /** Begun at the provider, and allowed to be: begin anew from here. */
  | { readonly kind: "start"; readonly connectionId: string };

/**
 * The assertion consumer service. The provider's POST comes from another site, so without our cookie: what it says
 * is checked and kept, and counts when the browser that began comes with its cookie.
 */
export async function receiveSamlResponse(
  parts: SsoParts,
  connectionId: string,
  form: { readonly response: string; readonly relayState: string },
): Promise<AfterPost> {
  const connection = await connectionById(parts, connectionId);
  if (connection?.kind !== "saml") throw ssoError("sso.connection_not_found", { id: connectionId });
  const now = parts.clock.now();
  const idHash = hashToken(form.relayState);
  const attempt = await maybe(parts.pool, answerAttempt, [idHash, connection.id, now]);
  if (!attempt) {
    // An unsolicited assertion is never believed: it could be anybody's, in anybody's browser.
    if (connection.settings.allowsIdpInitiated) return { kind: "start", connectionId };
    return { kind: "finish", state: form.relayState };
  }
  const checks = await openChecks(parts, attempt, form.relayState);
  const outcome = await samlOutcome(parts, connection, checks, form.response);
  const context = sealContext("outcome", form.relayState);
  const sealed = await parts.keyring.seal(
    { tenantId: connection.tenantId },
    "secrets",
    context,
    Buffer.from(JSON.stringify(outcome)),
  );
  await exec(parts.pool, keepOutcome, [idHash, sealed, new Date(now.getTime() + OUTCOME_LIFETIME_MS)]);
  return { kind: "finish", state: form.relayState };
}

async function samlOutcome(
  parts: SsoParts,
  connection: Connection & { readonly kind: "saml" },
  checks: Checks,
  response: string,
): Promise<Outcome> {
  const { acsUrl, entityId } = addressesOf(checks.baseUrl, connection.id);
  try {
    const identity = await verifyResponse(response, {
      idpEntityId: connection.settings.entityId,
      certificates: connection.settings.certificates,
      audience: entityId,
      acsUrl,
      requestId: checks.requestId,
      maxAgeMs: checks.maxAgeS === null ? null : checks.maxAgeS * 1_000,
      now: parts.clock.now(),
    });
    await useOnce(parts, connection.id, identity);
    const claimed = fromSaml(identity, connection.mapping);
    return { claimed: { ...claimed, authenticatedAt: claimed.authenticatedAt?.toISOString() ?? null } };
  } catch (failure) {
    if (failure instanceof SamlRefusal) return { refused: failure.message };
    throw failure;
  }
}

async function useOnce(parts: SsoParts, connectionId: string, identity: SamlIdentity): Promise<void> {
  const values = [connectionId, hashToken(identity.assertionId), identity.replayUntil];
  if (!(await maybe(parts.pool, useAssertion, values))) throw new SamlRefusal("replayed");
}

export interface FinishInput {
  readonly connectionId: string;
  /** The query that the provider added to our address, or `state=…` after a SAML POST. */
  readonly answer: string;
  readonly browserToken: string;
  /** What the browser is known by; null: nothing yet. */
  readonly deviceToken: string | null;
  readonly origin: Origin;
  readonly requestId?: string;
}

export type Finished =
  | {
      readonly kind: "session";
      readonly session: FreshSession;
      readonly device: DeviceMark;
      readonly userId: string;
      readonly returnTo: string;
    }
  | { readonly kind: "test"; readonly claimed: Claimed; readonly returnTo: string };

/**
 * Ends a sign-in in the browser that began it.
 *
 * @throws sso.attempt_unknown, sso.response_refused, sso.provider_unreachable, and what provisioning throws
 */
export async function finishSignIn(parts: SsoParts, input: FinishInput): Promise<Finished> {
  const query = new URLSearchParams(input.answer);
  const state = query.get("state") ?? "";
  const taken = await maybe(parts.pool, takeAttempt, [
    hashToken(state),
    hashToken(input.browserToken),
    parts.clock.now(),
  ]);
  if (!taken || taken.connection_id !== input.connectionId) throw ssoError("sso.attempt_unknown");
  try {
    return await finishAttempt(parts, taken, state, input);
  } catch (failure) {
    if (isTenancyError(failure)) await recordRefusal(parts, taken, failure, input.requestId);
    throw failure;
  }
}

async function finishAttempt(
  parts: SsoParts,
  taken: AttemptRow,
  state: string,
  input: FinishInput,
): Promise<Finished> {
  const connection = await readConnection(parts, taken.tenant_id, taken.connection_id);
  const checks = await openChecks(parts, taken, state);
  const claimed =
    connection.kind === "oidc"
      ? await oidcClaims(parts, connection, checks, input.answer)
      : await samlClaims(parts, taken, state);
  const { returnTo } = checks;
  if (taken.purpose === "test") return { kind: "test", claimed, returnTo };
  if (connection.status !== "active") throw ssoError("sso.attempt_unknown");
  return withTx(parts.pool, async (tx) => {
    const { userId } = await provision(tx, parts, connection, claimed, input.requestId);
    const isMfa = claimed.isMfa && connection.mapping.trustsMfa;
    const amr = ["sso", `sso:${connection.id}`, ...(isMfa ? ["mfa"] : [])];
    const person = await one(tx, findSigner, [userId]);
    const { deviceToken: token, origin } = input;
    const shown = { token, origin, provider: `sso:${connection.id}` };
    const { mark, isNew, since } = await recogniseDevice(tx, parts.identity.parts, person, shown);
    const session = await openSession(tx, parts.identity.parts, {
      person: { userId },
      amr,
      isMfa,
      origin,
      deviceSince: since,
    });
    if (claimed.authenticatedAt) await exec(tx, backdateSession, [session.id, claimed.authenticatedAt]);
    const by = { actor: `user:${userId}`, ...(input.requestId ? { requestId: input.requestId } : {}) };
    await recordEvent(tx, by, "sso.signed_in", connection.tenantId, {
      connectionId: connection.id,
      sessionId: session.id,
      isMfa,
      isNewDevice: isNew,
    });
    return { kind: "session", session, device: mark, userId, returnTo };
  });
}

async function oidcClaims(
  parts: SsoParts,
  connection: Connection & { readonly kind: "oidc" },
  checks: Checks,
  answer: string,
): Promise<Claimed> {
  const url = new URL(addressesOf(checks.baseUrl, connection.id).callbackUrl);
  url.search = answer;
  try {
    const settings = await oidcSettings(parts, connection);
    return fromOidc(await parts.relyingParty.finish(settings, url, checks), connection.mapping);
  } catch (failure) {
    if (!(failure instanceof OidcRefusal)) throw failure;
    const isAway = failure.fault === "outbound" || failure.fault === "discovery";
    throw ssoError(isAway ? "sso.provider_unreachable" : "sso.response_refused", { reason: failure.message });
  }
}

async function samlClaims(parts: SsoParts, taken: AttemptRow, state: string): Promise<Claimed> {
  if (!taken.outcome) throw ssoError("sso.attempt_unknown");
  const scope = { tenantId: taken.tenant_id };
  const plain = await parts.keyring.open(scope, sealContext("outcome", state), taken.outcome, "secrets");
  const outcome = JSON.parse(plain.toString()) as Outcome; // written by receiveSamlResponse
  if ("refused" in outcome) throw ssoError("sso.response_refused", { reason: outcome.refused });
  const { claimed } = outcome;
  return {
    ...claimed,
    authenticatedAt: claimed.authenticatedAt === null ? null : new Date(claimed.authenticatedAt),
  };
}

async function openChecks(parts: SsoParts, attempt: AttemptRow, state: string): Promise<Checks> {
  const scope = { tenantId: attempt.tenant_id };
  const plain = await parts.keyring.open(scope, sealContext("checks", state), attempt.checks, "secrets");
  return JSON.parse(plain.toString()) as Checks; // written by startSignIn
}

function sealContext(column: "checks" | "outcome", state: string): string[] {
  return attemptContext(column, hashToken(state).toString("hex"));
}

/** The refusal is news for the tenant's admins; the sign-in itself left nothing. */
async function recordRefusal(
  parts: SsoParts,
  taken: AttemptRow,
  failure: TenancyError,
  requestId: string | undefined,
): Promise<void> {
  const by = { actor: `system:sso ${taken.connection_id}`, ...(requestId ? { requestId } : {}) };
  await withTx(parts.pool, (tx) =>
    recordEvent(tx, by, "sso.sign_in_refused", taken.tenant_id, {
      connectionId: taken.connection_id,
      code: failure.code,
      ...(typeof failure.details["reason"] === "string" ? { reason: failure.details["reason"] } : {}),
    }),
  );
}

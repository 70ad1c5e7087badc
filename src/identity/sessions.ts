import type pg from "pg";
import { type Actor, recordEvent } from "../audit/record.ts";
import type { Clock } from "../base/clock.ts";
import { isUuid, uuidv7 } from "../base/ids.ts";
import { exec, many, maybe } from "../db/sql.ts";
import { type Tx, withTx } from "../db/tx.ts";
import { forgetDevices } from "./devices-store.ts";
import { identityError } from "./errors.ts";
import { SESSION_LIFETIME_MS, SESSIONS_MAX } from "./limits.ts";
import { announceRevocation } from "./revocations.ts";
import {
  type DeviceRow,
  deleteOldSessions,
  deleteSession,
  deleteSurplusSessions,
  deleteUserSession,
  deleteUserSessions,
  insertSession,
  listUserSessions,
} from "./sessions-store.ts";
import { drawToken, hashToken } from "./token.ts";

export interface SessionParts {
  readonly pool: pg.Pool;
  readonly clock: Clock;
  /** A session ends after this long without a request. */
  readonly sessionTimeoutMs: number;
}

/** Where a request comes from, for the list of devices. */
export interface Origin {
  readonly device: string;
  readonly ip: string;
}

export const NO_ORIGIN: Origin = { device: "", ip: "" };

export interface NewSession {
  readonly person: { readonly operatorId: string } | { readonly userId: string };
  readonly amr: readonly string[];
  /** A second factor was used just now. */
  readonly isMfa: boolean;
  readonly origin: Origin;
  /** Their first sign-in with this browser. Default: not known. */
  readonly deviceSince?: Date | undefined;
}

export interface FreshSession {
  readonly id: string;
  /** Goes into the cookie, and nowhere else. */
  readonly token: string;
  readonly authenticatedAt: Date;
  readonly expiresAt: Date;
}

/** A session with a token that nobody has seen before: nothing planted earlier can become it. */
export async function openSession(tx: Tx, parts: SessionParts, session: NewSession): Promise<FreshSession> {
  const now = parts.clock.now();
  const lifetimeMs = Math.max(SESSION_LIFETIME_MS, parts.sessionTimeoutMs);
  const expiresAt = new Date(now.getTime() + lifetimeMs);
  const token = drawToken();
  const id = uuidv7();
  const { person, amr, isMfa, origin, deviceSince = null } = session;
  await exec(tx, deleteOldSessions, [now, new Date(now.getTime() - parts.sessionTimeoutMs)]);
  await exec(tx, insertSession, [
    hashToken(token),
    id,
    "operatorId" in person ? person.operatorId : null,
    "userId" in person ? person.userId : null,
    amr,
    isMfa ? now : null,
    origin.device,
    now,
    expiresAt,
    origin.ip,
    deviceSince,
  ]);
  if ("userId" in person) {
    for (const surplus of await many(tx, deleteSurplusSessions, [person.userId, SESSIONS_MAX]))
      await announceRevocation(tx, "session", surplus.id);
  }
  return { id, token, authenticatedAt: now, expiresAt };
}

/** Ends the session of a token; one that is over already is no error. */
export async function signOut(parts: Pick<SessionParts, "pool">, token: string, by: Actor): Promise<void> {
  await withTx(parts.pool, async (tx) => {
    const session = await maybe(tx, deleteSession, [hashToken(token)]);
    if (!session) return;
    await announceRevocation(tx, "session", session.id);
    const action = session.operator_id === null ? "user.signed_out" : "operator.signed_out";
    await recordEvent(tx, by, action, null, { sessionId: session.id });
  });
}

export interface Device {
  readonly id: string;
  readonly device: string;
  readonly ip: string;
  readonly amr: readonly string[];
  readonly mfaAt: Date | null;
  readonly createdAt: Date;
  readonly lastUsedAt: Date;
  readonly expiresAt: Date;
}

/**
 * Where a user or an operator is signed in, last used first.
 *
 * @param providers Only what came from these connections, as `wordOfProvider` tells them; null: all.
 */
export async function readSessions(
  parts: SessionParts,
  userId: string,
  providers: readonly string[] | null = null,
): Promise<Device[]> {
  const now = parts.clock.now();
  const idleSince = new Date(now.getTime() - parts.sessionTimeoutMs);
  const values = [userId, now, idleSince, SESSIONS_MAX, providers];
  return (await many(parts.pool, listUserSessions, values)).map(toDevice);
}

/** Ends one session of a person. Throws session.not_found, for another person's session too. */
export async function endSession(
  parts: Pick<SessionParts, "pool">,
  userId: string,
  sessionId: string,
  by: Actor,
  providers: readonly string[] | null = null,
): Promise<void> {
  await withTx(parts.pool, async (tx) => {
    const values = [userId, sessionId, providers];
    const ended = isUuid(sessionId) ? await maybe(tx, deleteUserSession, values) : undefined;
    if (!ended) throw identityError("session.not_found", { id: sessionId });
    await announceRevocation(tx, "session", ended.id);
    await recordEvent(tx, by, "session.revoked", null, { userId, sessionId: ended.id });
  });
}

export interface EndedSessions {
  /** The one that asks, which stays. Default: none stays. */
  readonly keptId?: string;
  /** Only what came from these connections, as `wordOfProvider` tells them. Default: all. */
  readonly providers?: readonly string[] | null;
  /** Whose people asked for it, and read of it in their log. Default: the platform's, or their own. */
  readonly tenantId?: string;
}

/** Ends the sessions of a person; answers how many. */
export async function endSessions(
  parts: Pick<SessionParts, "pool">,
  userId: string,
  by: Actor,
  which: EndedSessions = {},
): Promise<number> {
  return withTx(parts.pool, (tx) => endSessionsOf(tx, userId, by, which));
}

/**
 * The same inside a transaction: a new password, a recovery and a disabled account end what was open. Browsers are not
 * known any more, the one that stays neither: whoever had to be signed out is told of when they come back.
 */
export async function endSessionsOf(
  tx: Tx,
  userId: string,
  by: Actor,
  { keptId, providers = null, tenantId }: EndedSessions = {},
): Promise<number> {
  if (providers === null) await exec(tx, forgetDevices, [userId]);
  const ended = await many(tx, deleteUserSessions, [userId, keptId ?? null, providers]);
  const [first] = ended;
  if (!first) return 0;
  await announceRevocation(tx, first.operator_id === null ? "user" : "operator", userId);
  await recordEvent(tx, by, "session.revoked", tenantId ?? null, { userId, count: ended.length });
  return ended.length;
}

function toDevice(row: DeviceRow): Device {
  return {
    id: row.id,
    device: row.device,
    ip: row.ip,
    amr: row.amr,
    mfaAt: row.mfa_at,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
    expiresAt: row.expires_at,
  };
}

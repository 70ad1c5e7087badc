import type pg from "pg";
import { type Actor, recordEvent } from "../audit/record.ts";
import type { Clock } from "../base/clock.ts";
import { uuidv7 } from "../base/ids.ts";
import { exec, maybe, one } from "../db/sql.ts";
import { withTx } from "../db/tx.ts";
import { identityError } from "./errors.ts";
import { LINK_LIFETIME_MS, SESSION_LIFETIME_MS } from "./limits.ts";
import type { Principal } from "./principal.ts";
import {
  deleteOldLinks,
  deleteOldSessions,
  deleteSession,
  insertLink,
  insertSession,
  upsertOperator,
  useLink,
} from "./store.ts";
import { drawToken, hashToken } from "./token.ts";

export interface OperatorParts {
  readonly pool: pg.Pool;
  readonly clock: Clock;
  /** A session ends after this long without a request. */
  readonly sessionTimeoutMs: number;
}

export interface OperatorLink {
  /** Shown once; goes behind `#link=` of the console's address. */
  readonly token: string;
  readonly operator: { readonly id: string; readonly name: string };
  readonly expiresAt: Date;
}

/** A one-time link for the operator of this name, who is added if new. It works once, within 15 minutes. */
export async function createOperatorLink(
  parts: Pick<OperatorParts, "pool" | "clock">,
  by: Actor,
  name = "Operator",
): Promise<OperatorLink> {
  const now = parts.clock.now();
  const token = drawToken();
  const expiresAt = new Date(now.getTime() + LINK_LIFETIME_MS);
  return withTx(parts.pool, async (tx) => {
    const operator = await one(tx, upsertOperator, [uuidv7(), name]);
    await exec(tx, deleteOldLinks, [now]);
    await exec(tx, insertLink, [hashToken(token), operator.id, expiresAt]);
    await recordEvent(tx, by, "operator.link_created", null, { operatorId: operator.id, name });
    return { token, operator, expiresAt };
  });
}

export interface OpenedSession {
  /** Goes into the cookie, and nowhere else. */
  readonly token: string;
  readonly principal: Principal & { readonly expiresAt: Date };
}

/** Turns a link into a session. Throws session.link_invalid, the same for a used, an old and a made-up link. */
export async function signIn(
  parts: OperatorParts,
  linkToken: string,
  requestId?: string,
): Promise<OpenedSession> {
  const now = parts.clock.now();
  const lifetimeMs = Math.max(SESSION_LIFETIME_MS, parts.sessionTimeoutMs);
  const expiresAt = new Date(now.getTime() + lifetimeMs);
  const token = drawToken();
  return withTx(parts.pool, async (tx) => {
    const link = await maybe(tx, useLink, [hashToken(linkToken), now]);
    if (!link) throw identityError("session.link_invalid");
    const principal = { ...operatorPrincipal(link.operator_id, link.name), expiresAt };
    await exec(tx, deleteOldSessions, [now, new Date(now.getTime() - parts.sessionTimeoutMs)]);
    await exec(tx, insertSession, [hashToken(token), principal.id, now, expiresAt]);
    await recordEvent(tx, { actor: principal.actor, requestId }, "operator.signed_in", null);
    return { token, principal };
  });
}

export async function signOut(parts: Pick<OperatorParts, "pool">, token: string, by: Actor): Promise<void> {
  await withTx(parts.pool, async (tx) => {
    const session = await maybe(tx, deleteSession, [hashToken(token)]);
    if (session) await recordEvent(tx, by, "operator.signed_out", null);
  });
}

export function operatorPrincipal(id: string, name: string): Omit<Principal, "expiresAt"> {
  return { kind: "operator", id, name, actor: `operator:${id}` };
}

import type pg from "pg";
import { type Actor, recordEvent } from "../audit/record.ts";
import type { Clock } from "../base/clock.ts";
import { uuidv7 } from "../base/ids.ts";
import { exec, maybe, one } from "../db/sql.ts";
import { withTx } from "../db/tx.ts";
import { identityError } from "./errors.ts";
import { LINK_LIFETIME_MS } from "./limits.ts";
import type { OperatorPrincipal } from "./principal.ts";
import { NO_ORIGIN, type Origin, openSession, type SessionParts } from "./sessions.ts";
import { deleteOldLinks, insertLink, upsertOperator, useLink } from "./store.ts";
import { drawToken, hashToken } from "./token.ts";

export interface OperatorLink {
  /** Shown once; goes behind `#link=` of the console's address. */
  readonly token: string;
  readonly operator: { readonly id: string; readonly name: string };
  readonly expiresAt: Date;
}

/** A one-time link for the operator of this name, who is added if new. It works once, within 15 minutes. */
export async function createOperatorLink(
  parts: { readonly pool: pg.Pool; readonly clock: Clock },
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
    await recordEvent(
      tx,
      by,
      "operator.link_created",
      null,
      { operatorId: operator.id },
      {
        personal: { subject: `operator:${operator.id}`, data: { name } },
      },
    );
    return { token, operator, expiresAt };
  });
}

export interface OpenedSession {
  /** Goes into the cookie, and nowhere else. */
  readonly token: string;
  readonly principal: OperatorPrincipal;
}

/** Turns a link into a session. Throws session.link_invalid, the same for a used, an old and a made-up link. */
export async function signIn(
  parts: SessionParts,
  linkToken: string,
  requestId?: string,
  origin: Origin = NO_ORIGIN,
): Promise<OpenedSession> {
  return withTx(parts.pool, async (tx) => {
    const link = await maybe(tx, useLink, [hashToken(linkToken), parts.clock.now()]);
    if (!link) throw identityError("session.link_invalid");
    const amr = ["link"];
    const session = await openSession(tx, parts, {
      person: { operatorId: link.operator_id },
      amr,
      isMfa: false,
      origin,
    });
    const principal: OperatorPrincipal = {
      kind: "operator",
      id: link.operator_id,
      name: link.name,
      actor: `operator:${link.operator_id}`,
      sessionId: session.id,
      amr,
      authenticatedAt: session.authenticatedAt,
      mfaAt: null,
      expiresAt: session.expiresAt,
    };
    await recordEvent(tx, { actor: principal.actor, requestId }, "operator.signed_in", null);
    return { token: session.token, principal };
  });
}

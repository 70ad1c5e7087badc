import type pg from "pg";
import { type Actor, recordEvent } from "../audit/record.ts";
import type { Clock } from "../base/clock.ts";
import { uuidv7 } from "../base/ids.ts";
import { exec, maybe, one } from "../db/sql.ts";
import { withTx } from "../db/tx.ts";
import { identityError } from "./errors.ts";
import type { IdentityParts } from "./identity.ts";
import { LINK_LIFETIME_MS } from "./limits.ts";
import type { Locale } from "./principal.ts";
import { deleteFactors } from "./recovery-store.ts";
import { endSessionsOf } from "./sessions.ts";
import { proveFirst, type SignInCall, type SignInStep } from "./sign-in.ts";
import { findSigner } from "./sign-in-store.ts";
import { deleteOldLinks, findOperator, insertLink, upsertOperator, useLink } from "./store.ts";
import { drawToken, hashToken } from "./token.ts";
import { addressOf } from "./users.ts";

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
  change: OperatorChange = {},
): Promise<OperatorLink> {
  const email = change.email === undefined ? null : addressOf(change.email);
  const now = parts.clock.now();
  const token = drawToken();
  const expiresAt = new Date(now.getTime() + LINK_LIFETIME_MS);
  return withTx(parts.pool, async (tx) => {
    const operator = await one(tx, upsertOperator, [uuidv7(), name, email, change.locale ?? null]);
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

/** Turns a link into a session, or asks for the second factor of an operator who has one. Throws session.link_invalid. */
export async function signInOperator(
  parts: IdentityParts,
  linkToken: string,
  call: SignInCall,
): Promise<SignInStep> {
  return withTx(parts.pool, async (tx) => {
    const link = await maybe(tx, useLink, [hashToken(linkToken), parts.clock.now()]);
    const operator = link && (await maybe(tx, findSigner, [link.operator_id]));
    if (!operator) throw identityError("session.link_invalid");
    return proveFirst(tx, parts, operator, { amr: ["link"], isMfa: false }, call);
  });
}

export interface OperatorChange {
  /** Where changes of their factors are told. */
  readonly email?: string;
  readonly locale?: Locale;
}

/**
 * Takes all second factors of an operator who lost them, and ends their sessions. It is the platform's own hand that does
 * it: whoever can run this can make operators, too. Throws operator.name_unknown.
 */
export async function removeOperatorFactors(
  parts: { readonly pool: pg.Pool },
  name: string,
  by: Actor,
): Promise<{ readonly id: string; readonly name: string }> {
  return withTx(parts.pool, async (tx) => {
    const operator = await maybe(tx, findOperator, [name]);
    if (!operator) throw identityError("operator.name_unknown", { name });
    await exec(tx, deleteFactors, [operator.id]);
    await endSessionsOf(tx, operator.id, null, by);
    const detail = { operatorId: operator.id, change: "all_removed" };
    await recordEvent(tx, by, "operator.factor_changed", null, detail);
    return operator;
  });
}

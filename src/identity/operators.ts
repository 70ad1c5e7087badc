import { type Actor, recordEvent } from "../audit/record.ts";
import { uuidv7 } from "../base/ids.ts";
import { exec, maybe, one } from "../db/sql.ts";
import { type Tx, withTx } from "../db/tx.ts";
import { identityError } from "./errors.ts";
import type { IdentityParts } from "./identity.ts";
import { LINK_LIFETIME_MS } from "./limits.ts";
import { contactChanged, factorChanged } from "./messages.ts";
import type { Locale } from "./principal.ts";
import { deleteFactors } from "./recovery-store.ts";
import { endSessionsOf } from "./sessions.ts";
import { proveFirst, type SignInCall, type SignInStep } from "./sign-in.ts";
import { findSigner } from "./sign-in-store.ts";
import {
  deleteOldLinks,
  insertLink,
  lockOperatorContact,
  type OperatorContactRow,
  upsertOperator,
  useLink,
} from "./store.ts";
import { tellPerson } from "./tell-person.ts";
import { drawToken, hashToken } from "./token.ts";
import { addressOf } from "./users.ts";

export interface OperatorLink {
  /** Shown once; goes behind `#link=` of the console's address. */
  readonly token: string;
  readonly operator: { readonly id: string; readonly name: string };
  readonly expiresAt: Date;
}

type OperatorParts = Pick<IdentityParts, "pool" | "clock" | "mail" | "site">;

/**
 * A one-time link for the operator of this name, who is added if new. It works once, within 15 minutes. When it changes
 * where they are told of their factors, the address before hears of it.
 *
 * @throws user.email_invalid
 */
export async function createOperatorLink(
  parts: OperatorParts,
  by: Actor,
  name = "Operator",
  change: OperatorChange = {},
): Promise<OperatorLink> {
  const email = change.email === undefined ? null : addressOf(change.email);
  const now = parts.clock.now();
  const token = drawToken();
  const expiresAt = new Date(now.getTime() + LINK_LIFETIME_MS);
  return withTx(parts.pool, async (tx) => {
    const before = await maybe(tx, lockOperatorContact, [name]);
    const after = await one(tx, upsertOperator, [uuidv7(), name, email, change.locale ?? null]);
    const operator = { id: after.id, name: after.name };
    if (before) await recordContact(tx, parts, before, after, by);
    await exec(tx, deleteOldLinks, [now]);
    await exec(tx, insertLink, [hashToken(token), operator.id, expiresAt]);
    await recordEvent(
      tx,
      by,
      "operator.link_created",
      null,
      { operatorId: operator.id },
      {
        personal: { subject: `operator:${operator.id}`, data: { name, ...(email !== null && { email }) } },
      },
    );
    return { token, operator, expiresAt };
  });
}

async function recordContact(
  tx: Tx,
  parts: OperatorParts,
  before: OperatorContactRow,
  after: OperatorContactRow,
  by: Actor,
): Promise<void> {
  const { id } = after;
  const contactOf = ({ email, locale }: OperatorContactRow) => ({ email, locale });
  const fields = (["email", "locale"] as const).filter((field) => before[field] !== after[field]);
  if (fields.length === 0) return;
  const states = { of: `operator:${id}`, before: contactOf(before), after: contactOf(after) };
  const personal = { subject: `operator:${id}`, data: { before: before.email, after: after.email } };
  await recordEvent(tx, by, "operator.updated", null, { operatorId: id, fields }, { states, personal });
  if (fields.includes("email"))
    await tellPerson(
      tx,
      parts,
      before,
      "contact_changed",
      contactChanged(before.locale, parts.site.origin()),
    );
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
 * it: whoever can run this can make operators, too. The operator is told. Throws operator.name_unknown.
 */
export async function removeOperatorFactors(
  parts: OperatorParts,
  name: string,
  by: Actor,
): Promise<{ readonly id: string; readonly name: string }> {
  return withTx(parts.pool, async (tx) => {
    const operator = await maybe(tx, lockOperatorContact, [name]);
    if (!operator) throw identityError("operator.name_unknown", { name });
    await exec(tx, deleteFactors, [operator.id]);
    await endSessionsOf(tx, operator.id, by);
    const detail = { operatorId: operator.id, change: "all_removed" };
    await recordEvent(tx, by, "operator.factor_changed", null, detail);
    const message = factorChanged(operator.locale, "all_removed", parts.site.origin());
    await tellPerson(tx, parts, operator, "factor_changed", message);
    return { id: operator.id, name: operator.name };
  });
}

import { type Actor, recordEvent } from "../audit/record.ts";
import { isUuid, uuidv7 } from "../base/ids.ts";
import { exec, many, maybe, one } from "../db/sql.ts";
import { withTx } from "../db/tx.ts";
import { countInvitation } from "./delays.ts";
import { identityError } from "./errors.ts";
import type { IdentityParts } from "./identity.ts";
import {
  countInvitations,
  deleteInvitation,
  findInvitation,
  type InvitationRow,
  listInvitations,
  takeInvitation,
  upsertInvitation,
} from "./invitations-store.ts";
import { holdGiver } from "./left-behind.ts";
import { INVITATION_LIFETIME_MS, INVITATIONS_MAX } from "./limits.ts";
import { assertGrantable, joinTenant, type MemberActor } from "./members.ts";
import { findMembership } from "./members-store.ts";
import { invitation } from "./messages.ts";
import { checkPassword } from "./passwords.ts";
import type { Locale } from "./principal.ts";
import { proveFirst, type SignInCall, type SignInStep } from "./sign-in.ts";
import { findSigner, setPassword } from "./sign-in-store.ts";
import { drawToken, hashToken } from "./token.ts";
import { addressOf, addUser } from "./users.ts";
import { findUserByEmail, verifyEmail } from "./users-store.ts";

export interface Invitation {
  readonly id: string;
  readonly email: string;
  readonly roles: readonly string[];
  readonly locale: Locale;
  readonly invitedBy: string;
  readonly sentAt: Date;
  readonly expiresAt: Date;
}

export interface InvitationInput {
  readonly tenantId: string;
  readonly tenantName: string;
  readonly email: string;
  readonly roles: readonly string[];
  readonly locale?: Locale;
}

/**
 * Mails a link that makes its reader a member. Inviting an address again sends a new link and ends the old one.
 * Nothing tells the inviter whether the address has an account here.
 *
 * @throws user.email_invalid, member.exists, role.unknown, role.not_grantable, invitation.too_many, invitation.too_often
 */
export async function invite(
  parts: IdentityParts,
  input: InvitationInput,
  by: MemberActor,
): Promise<Invitation> {
  const email = addressOf(input.email);
  const { tenantId, roles } = input;
  await assertGrantable(parts.roles, tenantId, roles, by);
  await countInvitation(parts, tenantId, email);
  const now = parts.clock.now();
  const token = drawToken();
  return withTx(parts.pool, async (tx) => {
    await holdGiver(tx, parts.roles, { tenantId, roles, now }, by);
    const user = await maybe(tx, findUserByEmail, [email]);
    if (user && (await maybe(tx, findMembership, [tenantId, user.id, now])))
      throw identityError("member.exists");
    if ((await one(tx, countInvitations, [tenantId])).n >= INVITATIONS_MAX)
      throw identityError("invitation.too_many", { max: INVITATIONS_MAX });
    const locale = user?.locale ?? input.locale ?? "en";
    const row = await one(tx, upsertInvitation, [
      tenantId,
      uuidv7(),
      email,
      roles,
      locale,
      hashToken(token),
      by.actor,
      now,
      new Date(now.getTime() + INVITATION_LIFETIME_MS),
    ]);
    await parts.mail.write(tx, {
      to: email,
      kind: "invitation",
      locale,
      message: invitation(locale, input.tenantName, parts.site.link("invitation", token)),
    });
    await recordEvent(
      tx,
      by,
      "member.invited",
      tenantId,
      { invitationId: row.id, roles },
      {
        personal: { subject: `invitation:${row.id}`, data: { email } },
      },
    );
    return fromRow(row);
  });
}

/** Newest first; those that are over too. */
export async function readInvitations(parts: IdentityParts, tenantId: string): Promise<Invitation[]> {
  return (await many(parts.pool, listInvitations, [tenantId, INVITATIONS_MAX])).map(fromRow);
}

/** Its link is worth nothing from here on. Throws invitation.not_found, for another tenant's too. */
export async function withdrawInvitation(
  parts: IdentityParts,
  tenantId: string,
  id: string,
  by: Actor,
): Promise<void> {
  await withTx(parts.pool, async (tx) => {
    const gone = isUuid(id) ? await maybe(tx, deleteInvitation, [tenantId, id]) : undefined;
    if (!gone) throw identityError("invitation.not_found", { id });
    await recordEvent(tx, by, "member.invitation_withdrawn", tenantId, { invitationId: id });
  });
}

export interface OpenInvitation {
  readonly tenantName: string;
  readonly email: string;
  /** They have an account already: nothing has to be filled in. */
  readonly hasAccount: boolean;
}

/** What the reader of the mail is shown. Throws invitation.invalid. */
export async function showInvitation(parts: IdentityParts, token: string): Promise<OpenInvitation> {
  const row = await maybe(parts.pool, findInvitation, [hashToken(token), parts.clock.now()]);
  if (!row) throw identityError("invitation.invalid");
  const user = await maybe(parts.pool, findUserByEmail, [row.email]);
  return { tenantName: row.tenant_name, email: row.email, hasAccount: user !== undefined };
}

/**
 * Makes the reader of the mail a member and signs them in: the link proves the address, as a sign-in link does. Who
 * has an account keeps it, with its password and its second factor, which is asked for; who has none gets one.
 *
 * @throws invitation.invalid, password.too_short, password.guessable
 */
export async function acceptInvitation(
  parts: IdentityParts,
  input: { readonly token: string; readonly name?: string; readonly password?: string },
  call: SignInCall,
): Promise<SignInStep> {
  const now = parts.clock.now();
  const hash = hashToken(input.token);
  const open = await maybe(parts.pool, findInvitation, [hash, now]);
  if (!open) throw identityError("invitation.invalid");
  const hashed =
    input.password === undefined
      ? null
      : await parts.hashes.hash(await checkPassword(parts, input.password, open.email));
  return withTx(parts.pool, async (tx) => {
    const taken = await maybe(tx, takeInvitation, [hash, now]);
    if (!taken) throw identityError("invitation.invalid");
    const by = { actor: "nobody", requestId: call.requestId };
    const known = await maybe(tx, findUserByEmail, [taken.email]);
    const { email, locale } = taken;
    const name = input.name ?? "";
    const userId =
      known?.id ?? (await addUser(tx, parts.clock, { email, name, locale, isVerified: true }, by)).id;
    await exec(tx, verifyEmail, [userId, now]);
    // An account that is there keeps its password: an invitation is no way to change it.
    if (!known && hashed) await exec(tx, setPassword, [userId, hashed, now]);
    const isMember = await maybe(tx, findMembership, [taken.tenant_id, userId, now]);
    if (!isMember) {
      const { tenant_id: tenantId, roles } = taken;
      await joinTenant(tx, parts.clock, { tenantId, userId, roles }, { ...by, actor: `user:${userId}` });
    }
    const user = await maybe(tx, findSigner, [userId]);
    if (user?.status !== "active") throw identityError("invitation.invalid");
    return proveFirst(tx, parts, user, { amr: ["link"], isMfa: false }, call);
  });
}

function fromRow(row: InvitationRow): Invitation {
  return {
    id: row.id,
    email: row.email,
    roles: row.roles,
    locale: row.locale,
    invitedBy: row.invited_by,
    sentAt: row.created_at,
    expiresAt: row.expires_at,
  };
}

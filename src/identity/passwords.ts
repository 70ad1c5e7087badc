import type { Actor } from "../audit/record.ts";
import { recordEvent } from "../audit/record.ts";
import { exec, maybe } from "../db/sql.ts";
import { withTx } from "../db/tx.ts";
import { identityError } from "./errors.ts";
import type { IdentityParts } from "./identity.ts";
import { PASSWORD_CHARACTERS_MAX, PASSWORD_CHARACTERS_MIN } from "./limits.ts";
import { passwordChanged } from "./messages.ts";
import type { UserPrincipal } from "./principal.ts";
import { endSessionsOf } from "./sessions.ts";
import { deleteUserLinks, findSigner, setPassword } from "./sign-in-store.ts";
import { tellPerson } from "./tell-person.ts";

/** One form for one password, however a keyboard composes its letters (NIST SP 800-63B-4 3.1.1.2). */
export function normalizePassword(password: string): string {
  return password.normalize("NFKC");
}

/**
 * Long, and on no list that guessers try first; there are no rules about kinds of characters, which make passwords
 * worse (NIST SP 800-63B-4 3.1.1.2).
 *
 * @returns It in its one form.
 * @throws password.too_short, password.too_long, password.guessable
 */
export async function checkPassword(
  parts: Pick<IdentityParts, "breached">,
  password: string,
  email: string,
): Promise<string> {
  const normal = normalizePassword(password);
  const length = [...normal].length;
  if (length < PASSWORD_CHARACTERS_MIN)
    throw identityError("password.too_short", { min: PASSWORD_CHARACTERS_MIN });
  if (length > PASSWORD_CHARACTERS_MAX)
    throw identityError("password.too_long", { max: PASSWORD_CHARACTERS_MAX });
  const lower = normal.toLowerCase();
  const isRepetition = new Set(lower).size < 4;
  const isAddress = lower === email || lower.startsWith(email.slice(0, email.indexOf("@") + 1));
  if (isRepetition || isAddress || (await parts.breached.has(normal)))
    throw identityError("password.guessable");
  return normal;
}

/**
 * Sets the password of the user who is signed in; the caller has asked for a fresh proof. All their other sessions
 * and mailed links end with it, and they are told by mail.
 */
export async function changePassword(
  parts: IdentityParts,
  principal: UserPrincipal,
  password: string,
  by: Actor,
): Promise<void> {
  const hashed = await parts.hashes.hash(await checkPassword(parts, password, principal.email));
  await withTx(parts.pool, async (tx) => {
    const now = parts.clock.now();
    const user = await maybe(tx, findSigner, [principal.id]);
    if (!user) throw identityError("user.not_found", { user: principal.id });
    await exec(tx, setPassword, [user.id, hashed, now]);
    await exec(tx, deleteUserLinks, [user.id, now]);
    await endSessionsOf(tx, user.id, by, { keptId: principal.sessionId });
    const message = passwordChanged(user.locale, parts.site.origin());
    await tellPerson(tx, parts, user, "password_changed", message);
    await recordEvent(tx, by, "user.password_changed", null, { userId: user.id });
  });
}

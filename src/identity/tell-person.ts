import type { Tx } from "../db/tx.ts";
import type { Message } from "../mail/message.ts";
import type { IdentityParts } from "./identity.ts";
import type { SignerRow } from "./sign-in-store.ts";

/** A mail about somebody's own account, in the transaction of its cause. An operator without an address gets none. */
export async function tellPerson(
  tx: Tx,
  parts: Pick<IdentityParts, "mail">,
  person: Pick<SignerRow, "email" | "locale">,
  kind: string,
  message: Message,
): Promise<void> {
  const { email, locale } = person;
  if (email === null) return;
  await parts.mail.write(tx, { to: email, kind, locale, message });
}

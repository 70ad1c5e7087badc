import { many } from "../db/sql.ts";
import type { Tx } from "../db/tx.ts";
import type { IdentityParts } from "./identity.ts";
import { listAdministrators } from "./members-store.ts";
import { streamDisabled } from "./messages.ts";

/** Mails a tenant's owners and admins that no audit records reach their receiver any more, and why. */
export async function tellStreamDisabled(
  parts: Pick<IdentityParts, "mail" | "site">,
  tx: Tx,
  stream: {
    readonly tenantId: string | null;
    readonly name: string;
    readonly host: string;
    readonly because: "gone" | "failing" | "too_many_failures";
  },
): Promise<void> {
  // Operators have no address; they read of it in the log.
  if (stream.tenantId === null) return;
  for (const { email, locale } of await many(tx, listAdministrators, [stream.tenantId])) {
    await parts.mail.write(tx, {
      to: email,
      kind: "stream_disabled",
      locale,
      message: streamDisabled(locale, stream, parts.site.origin()),
    });
  }
}

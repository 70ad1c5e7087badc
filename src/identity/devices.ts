import { exec, many, one } from "../db/sql.ts";
import type { Tx } from "../db/tx.ts";
import { countDevices, deleteSurplusDevices, insertDevice, renewDevice } from "./devices-store.ts";
import type { IdentityParts } from "./identity.ts";
import { DEVICE_LIFETIME_MS, DEVICE_NOTICES_MAX, DEVICES_MAX } from "./limits.ts";
import { newDevice } from "./messages.ts";
import type { Origin } from "./sessions.ts";
import type { SignerRow } from "./sign-in-store.ts";
import { tellPerson } from "./tell-person.ts";
import { drawToken, hashToken } from "./token.ts";

/** What a browser is known by. It signs nobody in. */
export interface DeviceMark {
  readonly token: string;
  readonly expiresAt: Date;
}

export interface Recognised {
  readonly mark: DeviceMark;
  /** They have not signed in with it before. */
  readonly isNew: boolean;
  /** Their first sign-in with it. */
  readonly since: Date;
}

/**
 * Whether somebody who signs in has used this browser before. If not, they are told by mail, but for their very first
 * browser: so who took a password or a mailbox does not come in unnoticed. Each sign-in draws a new token: one that was
 * planted, or copied, tells nothing of the browser afterwards. A provider makes a browser known for its own sign-ins alone:
 * whoever runs it could make theirs known to people of other tenants.
 *
 * @param shown.token What the browser showed; null: nothing.
 * @param shown.provider Whose word the sign-in is, such as `sso:<id>`. Default: a proof of their own.
 */
export async function recogniseDevice(
  tx: Tx,
  parts: Pick<IdentityParts, "clock" | "mail" | "site">,
  person: Pick<SignerRow, "id" | "email" | "locale">,
  shown: { readonly token: string | null; readonly origin: Origin; readonly provider?: string },
): Promise<Recognised> {
  const { token, origin, provider = "" } = shown;
  const now = parts.clock.now();
  const ago = (ms: number) => new Date(now.getTime() - ms);
  const drawn = drawToken();
  const mark = { token: drawn, expiresAt: new Date(now.getTime() + DEVICE_LIFETIME_MS) };
  const hash = hashToken(drawn);
  const renewal = token === null ? [] : [hashToken(token), hash, person.id, now, ago(DEVICE_LIFETIME_MS)];
  const renewed = token === null ? [] : await many(tx, renewDevice, renewal);
  const known = renewed
    .filter((row) => row.user_id === person.id && (row.provider === "" || row.provider === provider))
    .map((row) => row.created_at.getTime());
  if (known.length > 0) return { mark, isNew: false, since: new Date(Math.min(...known)) };
  const { total, lately } = await one(tx, countDevices, [person.id, ago(86_400_000)]);
  await exec(tx, insertDevice, [person.id, hash, provider, origin.device, now]);
  await exec(tx, deleteSurplusDevices, [person.id, DEVICES_MAX]);
  if (total > 0 && lately < DEVICE_NOTICES_MAX) {
    const message = newDevice(person.locale, { ...origin, at: now }, parts.site.origin());
    await tellPerson(tx, parts, person, "new_device", message);
  }
  return { mark, isNew: true, since: now };
}

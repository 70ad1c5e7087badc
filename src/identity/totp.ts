import { randomBytes } from "node:crypto";
import { Secret, TOTP } from "otpauth";
import { exec, maybe, type Queryable } from "../db/sql.ts";
import { identityError } from "./errors.ts";
import { confirmTotp, findTotp, insertTotp, spendStep } from "./factors-store.ts";
import type { IdentityParts } from "./identity.ts";
import { TOTP_STEP_S, TOTP_WINDOW } from "./limits.ts";

/** RFC 4226 4: at least 128 bits, 160 recommended. */
const SEED_BYTES = 20;

export interface TotpHolder {
  readonly id: string;
  /** What the app shows. */
  readonly label: string;
}

export interface TotpEnrolment {
  /** `otpauth://totp/…`, for a QR code. */
  readonly uri: string;
  /** The seed in base 32, to type in. */
  readonly secret: string;
}

/** Draws a seed; it counts from its first code on. Throws factor.exists when there is one in use. */
export async function beginTotp(parts: IdentityParts, user: TotpHolder): Promise<TotpEnrolment> {
  const { sealed, enrolment } = await drawTotp(parts, user);
  const written = await maybe(parts.pool, insertTotp, [user.id, sealed, parts.clock.now()]);
  if (!written) throw identityError("factor.exists");
  return enrolment;
}

/** A seed for this person, to keep and to show. */
export async function drawTotp(
  parts: IdentityParts,
  user: TotpHolder,
): Promise<{ readonly sealed: Buffer; readonly enrolment: TotpEnrolment }> {
  const seed = randomBytes(SEED_BYTES);
  const sealed = await parts.keyring.seal("platform", "credentials", totpContext(user.id), seed);
  const totp = new TOTP({ ...SHAPE, issuer: parts.site.host(), label: user.label, secret: asSecret(seed) });
  return { sealed, enrolment: { uri: totp.toString(), secret: totp.secret.base32 } };
}

/** The first code: the seed is in use from here on. Answers whether it was right. */
export async function confirmTotpCode(
  parts: IdentityParts,
  db: Queryable,
  userId: string,
  code: string,
): Promise<boolean> {
  const row = await maybe(db, findTotp, [userId]);
  if (!row || row.confirmed_at) return false;
  const step = await totpStepOf(parts, userId, row.sealed, code);
  return step !== undefined && (await exec(db, confirmTotp, [userId, step, parts.clock.now()])) === 1;
}

/** A code is good once, and so is every one before it (RFC 6238 5.2), however many bring it at the same moment. */
export async function spendTotpCode(
  parts: IdentityParts,
  db: Queryable,
  userId: string,
  code: string,
): Promise<boolean> {
  const row = await maybe(db, findTotp, [userId]);
  if (!row?.confirmed_at) return false;
  const step = await totpStepOf(parts, userId, row.sealed, code);
  return step !== undefined && (await exec(db, spendStep, [userId, step])) === 1;
}

const SHAPE = { algorithm: "SHA1", digits: 6, period: TOTP_STEP_S } as const;

/** The time step whose code it is; undefined: of none that is near. */
export async function totpStepOf(
  parts: IdentityParts,
  userId: string,
  sealed: Buffer,
  code: string,
): Promise<number | undefined> {
  const token = code.replace(/\s/g, "");
  if (!/^\d{6}$/.test(token)) return undefined;
  const seed = await parts.keyring.open("platform", totpContext(userId), sealed);
  const timestamp = parts.clock.now().getTime();
  const totp = new TOTP({ ...SHAPE, secret: asSecret(seed) });
  const drift = totp.validate({ token, timestamp, window: TOTP_WINDOW });
  return drift === null ? undefined : Math.floor(timestamp / 1_000 / TOTP_STEP_S) + drift;
}

/** Where a seed stands: bound to its person, in whichever table. */
export function totpContext(userId: string): string[] {
  return ["user_totps", userId];
}

function asSecret(seed: Buffer): Secret {
  return new Secret({ buffer: new Uint8Array(seed).buffer });
}

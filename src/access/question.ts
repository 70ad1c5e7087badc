import type { Device } from "./device.ts";
import type { Permission } from "./permissions.ts";
import type { Facts, Question } from "./ports.ts";

/** A question as a test or a tester asks it: about a made-up member, at a made-up moment. */
export interface DraftQuestion {
  readonly roles: readonly string[];
  readonly permission: Permission;
  /** RFC 3339. Default: now. */
  readonly at?: string;
  readonly ip?: string;
  /** Minutes since a second factor was used; absent: never. */
  readonly mfaAgeMinutes?: number;
  readonly amr?: readonly string[];
  readonly purpose?: string;
  readonly device?: Device;
  /** Days since the person first signed in with this browser; absent: not known. */
  readonly deviceAgeDays?: number;
  readonly resource?: { readonly id: string; readonly attributes?: Readonly<Record<string, string>> };
}

/** Nobody has this id. */
const NOBODY = "00000000-0000-7000-8000-000000000000";

export function toQuestion(draft: DraftQuestion, tenantId: string, now: Date): Question {
  const at = draft.at === undefined ? now : new Date(draft.at);
  const { mfaAgeMinutes, ip, purpose, device, deviceAgeDays, resource } = draft;
  const facts: Facts = {
    now: at,
    amr: draft.amr ?? (mfaAgeMinutes === undefined ? ["pwd"] : ["pwd", "otp", "mfa"]),
    mfaAt: mfaAgeMinutes === undefined ? null : new Date(at.getTime() - mfaAgeMinutes * 60_000),
    ...(ip === undefined ? {} : { ip }),
    ...(purpose === undefined ? {} : { purpose }),
    ...(device === undefined ? {} : { device }),
    ...(deviceAgeDays === undefined
      ? {}
      : { deviceSince: new Date(at.getTime() - deviceAgeDays * 86_400_000) }),
  };
  const subject = { kind: "user", id: NOBODY, roles: draft.roles, scopes: null } as const;
  return { subject, permission: draft.permission, tenantId, facts, ...(resource ? { resource } : {}) };
}

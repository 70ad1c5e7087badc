import { isInRange, readIp } from "../access/cedar/ip-address.ts";
import { addressOf } from "../access/circumstances.ts";
import { type Permission, scopeOf } from "../access/permissions.ts";
import type { Decision, Facts, ResourceRef, Subject } from "../access/ports.ts";
import type { Principal } from "../identity/principal.ts";
import { type SubjectParts, subjectInTenant, subjectOnPlatform } from "./subject.ts";

export interface GateParts extends SubjectParts {
  /**
   * Throws tenant.suspended, tenant.closed, … for a tenant that is not served, and sso.required or
   * sso.other_tenants_session for a member's session that does not count there.
   */
  readonly assertServing: (tenantId: string, principal: Principal | null) => Promise<unknown>;
  /** Operators must have used a second factor in their session. Default: they need not. */
  readonly isOperatorMfaRequired?: boolean;
}

/** What somebody wants: a permission, or merely to be somebody there. */
export interface Errand {
  readonly principal: Principal;
  readonly permission: Permission | "signed_in";
  /** The tenant in the path, by id; null: the path names none. */
  readonly tenantId: string | null;
  readonly facts: Facts;
  readonly resource?: ResourceRef;
}

export type Verdict =
  | { readonly kind: "admitted"; readonly subject: Subject | null }
  /** To be answered like what is not there. */
  | { readonly kind: "hidden" }
  | { readonly kind: "address_refused" }
  /** The tenant, or of its staff the platform, demands a second factor in the session, and none was used. */
  | { readonly kind: "mfa_required" }
  | { readonly kind: "denied"; readonly decision: Decision; readonly subject: Subject };

/**
 * Whether a principal may run an errand: who they are where it leads, whether the tenant is served and admits their
 * address, and what its policies say. Throws for a tenant that is not served to its members, and access.undecided.
 */
export async function authorise(parts: GateParts, errand: Errand): Promise<Verdict> {
  const { principal, permission, tenantId } = errand;
  // So staff reach their own factors, whatever is demanded; but not in a visit, in which they are somebody else.
  if (tenantId === null && permission === "signed_in") {
    const isVisiting = principal.kind === "operator" && principal.visit !== undefined;
    return isVisiting ? { kind: "hidden" } : { kind: "admitted", subject: null };
  }
  if (principal.kind === "operator" && principal.mfaAt === null && parts.isOperatorMfaRequired)
    return { kind: "mfa_required" };
  const subject = await (tenantId === null
    ? subjectOnPlatform(parts, principal)
    : subjectInTenant(parts, principal, tenantId));
  return subject ? authoriseSubject(parts, subject, errand) : { kind: "hidden" };
}

/** The same for somebody of whom it is known who they are there. */
export async function authoriseSubject(
  parts: GateParts,
  subject: Subject,
  errand: Omit<Errand, "principal"> & { readonly principal?: Principal },
): Promise<Verdict> {
  const { permission, tenantId, facts } = errand;
  const isMember = subject.kind !== "operator" && subject.kind !== "platform_key";
  if (isMember && tenantId !== null) {
    await parts.assertServing(tenantId, errand.principal ?? null);
    const { allowedRanges } = await parts.access.book.rules(tenantId);
    // Staff comes from anywhere, and the tenant consented to this one.
    if (subject.kind !== "support" && !isAdmitted(facts.ip, allowedRanges))
      return { kind: "address_refused" };
    // Used in this session, by whatever way it was opened; that one is set up somewhere does not count.
    if (subject.kind === "user" && facts.mfaAt === null) {
      const isRequired = errand.principal
        ? (await parts.memberships.find(tenantId, subject.id))?.isMfaRequired
        : await parts.memberships.demandsMfa(tenantId);
      if (isRequired) return { kind: "mfa_required" };
    }
  }
  if (permission === "signed_in") return { kind: "admitted", subject };
  const decision = await parts.access.decide({
    subject,
    permission,
    tenantId: scopeOf(permission) === "platform" && !isMember ? null : tenantId,
    facts,
    ...(errand.resource ? { resource: errand.resource } : {}),
  });
  return decision.allowed ? { kind: "admitted", subject } : { kind: "denied", decision, subject };
}

/** An empty list admits everybody; with a list, an address that is not known is not on it. */
export function isAdmitted(ip: string | undefined, ranges: readonly string[]): boolean {
  if (ranges.length === 0) return true;
  const address = ip === undefined ? undefined : addressOf(ip)?.range;
  if (!address) return false;
  return ranges.some((text) => {
    const range = readIp(text);
    return range !== undefined && isInRange(address, range);
  });
}

import type pg from "pg";
import { lowId } from "../audit/export.ts";
import { one } from "../db/sql.ts";
import type { CheckName } from "./posture-checks.ts";
import {
  findLogFacts,
  findPlatformFacts,
  findTenantFacts,
  type LogFacts,
  type PlatformFacts,
  type TenantFacts,
} from "./posture-store.ts";

/** `attention`: something to cure. `choice`: weaker than it could be, and may be meant so. `fine`: in order. */
export type FindingState = "attention" | "choice" | "fine";

/** What one check found. The number and the time are what it is about; there is no score. */
export interface Finding {
  readonly check: CheckName;
  readonly state: FindingState;
  /** In English; clients that speak other languages go by check, state, count and time. */
  readonly sentence: string;
  readonly count: number | null;
  readonly at: Date | null;
}

interface PostureParts {
  readonly pool: pg.Pool;
  readonly now: Date;
  readonly keyRotationDays: number;
}

const WEEK_MS = 7 * 86_400_000;
/** A log that was verified so lately was verified. */
const VERIFIED_WITHIN_MS = 8 * 86_400_000;
/** Rotation is work in the background: a key may be current for so much longer. */
const ROTATION_GRACE_DAYS = 2;

/** How a tenant stands, from its state now. Those that ask for something come first. */
export async function readTenantPosture(parts: PostureParts, tenantId: string): Promise<Finding[]> {
  const facts = await one(parts.pool, findTenantFacts, [...valuesOf(parts), tenantId]);
  const log = await one(parts.pool, findLogFacts);
  return inOrder([...tenantFindings(facts), witnessFinding(log, parts.now)]);
}

/** How the platform stands. */
export async function readPlatformPosture(parts: PostureParts): Promise<Finding[]> {
  const facts = await one(parts.pool, findPlatformFacts, valuesOf(parts));
  const log = await one(parts.pool, findLogFacts);
  return inOrder([
    ...platformFindings(facts),
    witnessFinding(log, parts.now),
    verificationFinding(log, parts.now),
  ]);
}

function valuesOf({ now, keyRotationDays }: PostureParts): unknown[] {
  return [now, keyRotationDays + ROTATION_GRACE_DAYS, lowId(new Date(now.getTime() - WEEK_MS))];
}

export function tenantFindings(facts: TenantFacts): Finding[] {
  const { members_without_factor: bare, members, owners } = facts;
  return [
    facts.mfa_required
      ? found("factors", "fine", "A second factor is demanded of everyone.")
      : found(
          "factors",
          bare > 0 ? "attention" : "choice",
          bare > 0
            ? `${bare} of ${members} members have no second factor, and none is demanded.`
            : "Every member has a second factor, and none is demanded.",
          bare,
        ),
    found(
      "owners",
      owners >= 2 ? "fine" : "attention",
      owners === 1 ? "The tenant has one owner." : `The tenant has ${owners} owners.`,
      owners,
    ),
    ...ssoFindings(facts),
    ...keyFindings(facts),
    counted(
      "invitations",
      facts.invitations_stale,
      "Invitations that ran out and are still there",
      "No invitation ran out.",
    ),
    counted(
      "token_makers",
      facts.token_makers_gone,
      "SCIM tokens whose maker has no access any more",
      "Whoever made the SCIM tokens still has access.",
    ),
    counted(
      "provider_makers",
      facts.provider_makers_gone,
      "Active identity providers that somebody connected who has no access any more",
      "Whoever connected the active identity providers still has access.",
    ),
    counted(
      "key_rotation",
      facts.data_keys_overdue,
      "Data keys overdue for rotation",
      "No data key is overdue for rotation.",
    ),
    facts.own_custodian
      ? found("custodian", "fine", "The tenant's keys are under a key of its own.")
      : found("custodian", "choice", "The tenant's keys are under the platform's key."),
    facts.ranges > 0
      ? found(
          "addresses",
          "fine",
          `Members and keys are admitted from ${facts.ranges} networks.`,
          facts.ranges,
        )
      : found("addresses", "choice", "Members and keys are admitted from any address.", 0),
    facts.is_relaxed
      ? found("reads", "choice", "Reads are answered before their record is durable.")
      : found("reads", "fine", "Every answer waits until its record is durable."),
    engineFinding(facts.engines_disagreed),
  ];
}

export function platformFindings(facts: PlatformFacts): Finding[] {
  const { administrators } = facts;
  const ofTenants = (check: CheckName, count: number, which: string, none: string): Finding =>
    count > 0
      ? found(check, "choice", `${count} of ${facts.tenants} tenants ${which}.`, count)
      : found(check, "fine", none, 0);
  return [
    found(
      "administrators",
      administrators >= 2 ? "fine" : "attention",
      administrators === 1 ? "There is one administrator." : `There are ${administrators} administrators.`,
      administrators,
    ),
    ...keyFindings(facts),
    counted(
      "key_rotation",
      facts.data_keys_overdue,
      "Data keys overdue for rotation",
      "No data key is overdue for rotation.",
    ),
    ofTenants(
      "tenant_factors",
      facts.tenants_without_mfa,
      "demand no second factor",
      "Every tenant demands a second factor.",
    ),
    ofTenants(
      "tenant_sso",
      facts.tenants_without_enforced_sso,
      "have single sign-on and do not require it",
      "Every tenant with single sign-on requires it.",
    ),
    engineFinding(facts.engines_disagreed),
  ];
}

function ssoFindings({
  sso_connections: connections,
  sso_required,
  domains_pending,
}: TenantFacts): Finding[] {
  const pending = counted(
    "domains",
    domains_pending,
    "Domains that are not proven",
    "No domain waits for its proof.",
  );
  if (connections === 0) return [found("sso", "choice", "Single sign-on is not set up.", 0), pending];
  return [
    sso_required
      ? found("sso", "fine", "Single sign-on is required.", connections)
      : found("sso", "attention", "Single sign-on is set up and not required.", connections),
    pending,
  ];
}

function keyFindings(facts: Pick<TenantFacts, "keys_without_expiry" | "keys_unused">): Finding[] {
  return [
    counted("key_expiry", facts.keys_without_expiry, "API keys without an end", "Every API key has an end."),
    counted(
      "key_use",
      facts.keys_unused,
      "API keys not used for 90 days",
      "Every API key was used within 90 days.",
    ),
  ];
}

function engineFinding(count: number): Finding {
  return counted(
    "engines",
    count,
    "Decisions of the last seven days that the engines made differently",
    "The policy engines agreed for seven days.",
  );
}

export function witnessFinding({ witnesses, cosigned_at: at }: LogFacts, now: Date): Finding {
  if (witnesses === 0) return found("witnesses", "choice", "No witness watches the audit log.", 0);
  const isLate = at === null || now.getTime() - at.getTime() > WEEK_MS;
  return isLate
    ? found("witnesses", "attention", "No witness has signed for seven days.", witnesses, at)
    : found("witnesses", "fine", "Witnesses sign the audit log.", witnesses, at);
}

export function verificationFinding({ verified_at: at, verified_faults }: LogFacts, now: Date): Finding {
  if (at === null)
    return found("verification", "attention", "The audit log was never verified in its database.");
  const faults = verified_faults ?? 0;
  if (faults > 0)
    return found("verification", "attention", `The last verification found ${faults} faults.`, faults, at);
  const isLate = now.getTime() - at.getTime() > VERIFIED_WITHIN_MS;
  return isLate
    ? found("verification", "attention", "The audit log was not verified for over a week.", 0, at)
    : found("verification", "fine", "The audit log was verified within a week.", 0, at);
}

function counted(check: CheckName, count: number, some: string, none: string): Finding {
  return count > 0 ? found(check, "attention", `${some}: ${count}.`, count) : found(check, "fine", none, 0);
}

function found(
  check: CheckName,
  state: FindingState,
  sentence: string,
  count: number | null = null,
  at: Date | null = null,
): Finding {
  return { check, state, sentence, count, at };
}

function inOrder(findings: readonly Finding[]): Finding[] {
  const order: readonly FindingState[] = ["attention", "choice", "fine"];
  return order.flatMap((state) => findings.filter((finding) => finding.state === state));
}

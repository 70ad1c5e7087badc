import type pg from "pg";
import type { Actor } from "../audit/record.ts";
import type { Clock } from "../base/clock.ts";
import { exec, many } from "../db/sql.ts";
import { type Tx, withTx } from "../db/tx.ts";
import type { Access } from "./access.ts";
import { toRole } from "./book.ts";
import { accessError } from "./errors.ts";
import { POLICIES_MAX, POLICY_TESTS_MAX, ROLES_MAX, RULES_CHARACTERS_MAX } from "./limits.ts";
import type { Subject } from "./ports.ts";
import { type DraftQuestion, toQuestion } from "./question.ts";
import { beyond, type Grant, rolePolicies } from "./role.ts";
import { announceChange, listPolicies, listPolicyTests, listRoles, lockRules } from "./store.ts";

export interface RulesParts {
  readonly pool: pg.Pool;
  readonly clock: Clock;
  readonly access: Access;
}

/** Who changes rules, and with what power; no subject is the platform's own hand (CLI, library). */
export interface Author {
  readonly by: Actor;
  readonly subject: Subject | null;
}

/** Throws role.beyond_author when the grants hold more than the author does. */
export async function assertHeld(
  { access }: RulesParts,
  tenantId: string,
  grants: readonly Grant[],
  { subject }: Author,
): Promise<void> {
  if (!subject) return;
  const excess = beyond(grants, await access.holdings(subject, tenantId));
  if (excess.length > 0) throw accessError("role.beyond_author", { permissions: excess.join(", ") });
}

/**
 * Runs a change of a tenant's rules: one at a time per tenant, refused when the tenant's tests would fail with it,
 * and in force on all processes within a second of its commit.
 */
export async function changeRules<T>(
  parts: RulesParts,
  tenantId: string,
  change: (tx: Tx) => Promise<T>,
): Promise<T> {
  // Read before the transaction: two connections held at once could wait for each other.
  const current = await parts.access.book.rules(tenantId);
  const result = await withTx(parts.pool, async (tx) => {
    await exec(tx, lockRules, [tenantId]);
    const made = await change(tx);
    await exec(tx, announceChange, [tenantId]);
    const [roles, policies, tests] = [
      await many(tx, listRoles, [tenantId, ROLES_MAX + 1]),
      await many(tx, listPolicies, [tenantId, POLICIES_MAX + 1]),
      await many(tx, listPolicyTests, [tenantId, POLICY_TESTS_MAX + 1]),
    ];
    if (roles.length > ROLES_MAX) throw accessError("role.too_many", { max: ROLES_MAX });
    if (policies.length > POLICIES_MAX) throw accessError("policy.too_many", { max: POLICIES_MAX });
    if (tests.length > POLICY_TESTS_MAX) throw accessError("policy.too_many", { max: POLICY_TESTS_MAX });
    const enabled = policies.filter(({ is_enabled }) => is_enabled);
    const texts = [
      ...enabled.map(({ text }) => text),
      ...roles.flatMap((row) => Object.values(rolePolicies(toRole(row)))),
    ];
    if (texts.reduce((sum, text) => sum + text.length, 0) > RULES_CHARACTERS_MAX)
      throw accessError("policy.too_large", { max: RULES_CHARACTERS_MAX });
    const draft = parts.access.book.draft(current, {
      roles: roles.map(toRole),
      policies: Object.fromEntries(enabled.map(({ id, text }) => [`policy:${id}`, text])),
    });
    const now = parts.clock.now();
    const problems = tests.flatMap(({ name, question, is_allowed }) => {
      // Checked by the schema of the API when it was saved.
      const asked = toQuestion(question as DraftQuestion, tenantId, now);
      const { allowed, reasons } = parts.access.decideUnder(draft, asked);
      if (allowed === is_allowed) return [];
      const told = `Expected ${is_allowed ? "allow" : "deny"}, got ${allowed ? "allow" : "deny"}`;
      return [{ path: `tests.${name}`, message: `${told}: ${reasons.join(" ")}` }];
    });
    if (problems.length > 0) throw accessError("policy.tests_failed", {}, { problems });
    return made;
  });
  parts.access.book.forget(tenantId);
  return result;
}

import { recordEvent } from "../audit/record.ts";
import { isUuid, uuidv7 } from "../base/ids.ts";
import { many, maybe, one, type Queryable } from "../db/sql.ts";
import { type Author, assertHeld, changeRules, type RulesParts } from "./change-rules.ts";
import { accessError } from "./errors.ts";
import { POLICIES_MAX, POLICY_TESTS_MAX } from "./limits.ts";
import { isTemplate, permittedBy, policyFaults } from "./policy-faults.ts";
import type { DraftQuestion } from "./question.ts";
import {
  deletePolicy,
  deletePolicyTest,
  insertPolicy,
  listPolicies,
  listPolicyTests,
  type PolicyRow,
  type PolicyTestRow,
  updatePolicy,
  upsertPolicyTest,
} from "./store.ts";

export interface Policy {
  readonly id: string;
  readonly name: string;
  /** Cedar. */
  readonly text: string;
  readonly isEnabled: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface PolicyTest {
  readonly id: string;
  readonly name: string;
  readonly question: DraftQuestion;
  readonly isAllowed: boolean;
}

type Pool = { readonly pool: Queryable };

/** Oldest first. */
export async function readPolicies({ pool }: Pool, tenantId: string): Promise<Policy[]> {
  return (await many(pool, listPolicies, [tenantId, POLICIES_MAX])).map(fromRow);
}

/**
 * Throws policy.invalid with the places, policy.template, policy.name_taken, policy.tests_failed; and
 * role.beyond_author for a permit of what the author does not hold without condition.
 */
export async function createPolicy(
  parts: RulesParts,
  tenantId: string,
  input: { readonly name: string; readonly text: string; readonly isEnabled?: boolean },
  author: Author,
): Promise<Policy> {
  const { name, text, isEnabled = true } = input;
  await assertWritable(parts, tenantId, text, author);
  return changeRules(parts, tenantId, async (tx) => {
    const values = [tenantId, uuidv7(), name, text, isEnabled, author.by.actor, parts.clock.now()];
    const row = await maybe(tx, insertPolicy, values);
    if (!row) throw accessError("policy.name_taken");
    const detail = { id: row.id, name, text, isEnabled };
    const states = { of: `policy:${row.id}`, before: null, after: stateOf(fromRow(row)) };
    await recordEvent(tx, author.by, "policy.created", tenantId, detail, { states });
    return fromRow(row);
  });
}

/** Throws policy.not_found, and like createPolicy. */
export async function changePolicy(
  parts: RulesParts,
  tenantId: string,
  id: string,
  patch: { readonly text?: string; readonly isEnabled?: boolean },
  author: Author,
): Promise<Policy> {
  const known = await readPolicy(parts, tenantId, id);
  await assertWritable(parts, tenantId, known.text, author);
  await assertWritable(parts, tenantId, patch.text ?? known.text, author);
  return changeRules(parts, tenantId, async (tx) => {
    const before = await readPolicy({ pool: tx }, tenantId, id);
    if (before.text !== known.text) await assertWritable(parts, tenantId, before.text, author);
    const after = { ...before, ...patch };
    const row = await maybe(tx, updatePolicy, [tenantId, id, after.text, after.isEnabled, parts.clock.now()]);
    if (!row) throw accessError("policy.not_found");
    const detail = { id, name: row.name, text: after.text, isEnabled: after.isEnabled };
    const states = { of: `policy:${id}`, before: stateOf(before), after: stateOf(fromRow(row)) };
    await recordEvent(tx, author.by, "policy.updated", tenantId, detail, { states });
    return fromRow(row);
  });
}

/** Throws policy.not_found, policy.tests_failed, role.beyond_author. */
export async function removePolicy(
  parts: RulesParts,
  tenantId: string,
  id: string,
  author: Author,
): Promise<void> {
  const known = await readPolicy(parts, tenantId, id);
  await assertWritable(parts, tenantId, known.text, author);
  await changeRules(parts, tenantId, async (tx) => {
    const before = await readPolicy({ pool: tx }, tenantId, id);
    if (before.text !== known.text) await assertWritable(parts, tenantId, before.text, author);
    const row = await maybe(tx, deletePolicy, [tenantId, id]);
    if (!row) throw accessError("policy.not_found");
    const states = { of: `policy:${id}`, before: stateOf(before), after: null };
    await recordEvent(tx, author.by, "policy.deleted", tenantId, { id, name: row.name }, { states });
  });
}

async function readPolicy(parts: Pool, tenantId: string, id: string): Promise<Policy> {
  const policy = (await readPolicies(parts, tenantId)).find((each) => each.id === id);
  if (!policy) throw accessError("policy.not_found");
  return policy;
}

function stateOf({ name, text, isEnabled }: Policy) {
  return { name, text, isEnabled };
}

export async function readPolicyTests({ pool }: Pool, tenantId: string): Promise<PolicyTest[]> {
  return (await many(pool, listPolicyTests, [tenantId, POLICY_TESTS_MAX])).map(fromTestRow);
}

/** Makes or replaces the test of this name. Throws policy.tests_failed when it does not hold now. */
export async function savePolicyTest(
  parts: RulesParts,
  tenantId: string,
  input: { readonly name: string; readonly question: DraftQuestion; readonly isAllowed: boolean },
  author: Author,
): Promise<PolicyTest> {
  const { name, question, isAllowed } = input;
  return changeRules(parts, tenantId, async (tx) => {
    const values = [tenantId, uuidv7(), name, JSON.stringify(question), isAllowed, parts.clock.now()];
    const row = await one(tx, upsertPolicyTest, values);
    await recordEvent(tx, author.by, "policy_test.saved", tenantId, {
      id: row.id,
      name,
      question,
      isAllowed,
    });
    return fromTestRow(row);
  });
}

/** Throws policy.not_found. */
export async function removePolicyTest(
  parts: RulesParts,
  tenantId: string,
  id: string,
  author: Author,
): Promise<void> {
  await changeRules(parts, tenantId, async (tx) => {
    const row = isUuid(id) ? await maybe(tx, deletePolicyTest, [tenantId, id]) : undefined;
    if (!row) throw accessError("policy.not_found");
    await recordEvent(tx, author.by, "policy_test.deleted", tenantId, { id, name: row.name });
  });
}

/**
 * One policy that the schema admits. A permit names its permissions, which its author holds without condition: what a
 * text asks for besides cannot be compared with what binds the author. A forbid takes from nobody more than a role
 * that is not given.
 */
async function assertWritable(
  parts: RulesParts,
  tenantId: string,
  text: string,
  author: Author,
): Promise<void> {
  const { engine } = parts.access;
  if (isTemplate(engine, text)) throw accessError("policy.template");
  const faults = policyFaults(parts.access, text);
  if (faults.length > 0) {
    const problems = faults.map(({ message, start: { line, column } }) => ({
      path: "text",
      message: `${message} (line ${line}, column ${column})`,
    }));
    throw accessError("policy.invalid", {}, { problems });
  }
  if (engine.effectOf(text) === "forbid") return;
  await assertHeld(parts, tenantId, [{ permissions: permittedBy(engine, text), conditions: [] }], author);
}

function fromRow({ id, name, text, is_enabled, created_at, updated_at }: PolicyRow): Policy {
  return { id, name, text, isEnabled: is_enabled, createdAt: created_at, updatedAt: updated_at };
}

function fromTestRow({ id, name, question, is_allowed }: PolicyTestRow): PolicyTest {
  // Checked by the schema of the API when it was saved.
  return { id, name, question: question as DraftQuestion, isAllowed: is_allowed };
}

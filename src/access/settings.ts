import { recordEvent } from "../audit/record.ts";
import type { FieldProblem } from "../base/errors.ts";
import { isUuid } from "../base/ids.ts";
import { exec, many, maybe, one, type Queryable } from "../db/sql.ts";
import { withTx } from "../db/tx.ts";
import type { Author, RulesParts } from "./change-rules.ts";
import { isTimeZone } from "./circumstances.ts";
import { isAddressRange } from "./condition-problems.ts";
import { accessError } from "./errors.ts";
import {
  announceChange,
  findRules,
  listOperators,
  lockAdministrators,
  lockOperator,
  lockRules,
  type OperatorRow,
  PLATFORM,
  updateOperatorRole,
  upsertSettings,
} from "./store.ts";

/** Rules of a tenant that are no policies. */
export interface AccessSettings {
  /** IANA name; times in conditions are meant in it. */
  readonly timeZone: string;
  /** Where members and keys may come from; empty: from anywhere. */
  readonly allowedRanges: readonly string[];
}

export async function readAccessSettings(
  { pool }: { readonly pool: Queryable },
  tenantId: string,
): Promise<AccessSettings> {
  const { time_zone, allowed_ranges } = await one(pool, findRules, [tenantId]);
  return { timeZone: time_zone, allowedRanges: allowed_ranges };
}

/** Throws role.invalid with all faults. */
export async function changeAccessSettings(
  parts: RulesParts,
  tenantId: string,
  patch: Partial<AccessSettings>,
  { by }: Author,
): Promise<AccessSettings> {
  const problems = settingProblems(patch);
  if (problems.length > 0) throw accessError("access.settings_invalid", {}, { problems });
  const settings = await withTx(parts.pool, async (tx) => {
    await exec(tx, lockRules, [tenantId]);
    const before = await readAccessSettings({ pool: tx }, tenantId);
    const after = { ...before, ...patch };
    await exec(tx, upsertSettings, [tenantId, after.timeZone, after.allowedRanges, parts.clock.now()]);
    await exec(tx, announceChange, [tenantId]);
    await recordEvent(
      tx,
      by,
      "access.settings_updated",
      tenantId,
      { before, after },
      {
        states: { of: "access_settings", before, after },
      },
    );
    return after;
  });
  parts.access.book.forget(tenantId);
  return settings;
}

function settingProblems({ timeZone, allowedRanges = [] }: Partial<AccessSettings>): FieldProblem[] {
  const problems = allowedRanges.flatMap((range, i) =>
    isAddressRange(range)
      ? []
      : [
          {
            path: `allowedRanges[${i}]`,
            message: `Expected an address or a range such as 10.0.0.0/8, got \`${range}\`.`,
          },
        ],
  );
  if (timeZone !== undefined && !isTimeZone(timeZone)) {
    problems.push({
      path: "timeZone",
      message: `Expected an IANA name such as Europe/Paris, got \`${timeZone}\`.`,
    });
  }
  return problems;
}

export interface Operator {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly createdAt: Date;
}

const OPERATORS_MAX = 1_000;

/** By name. */
export async function readOperators({ pool }: Pick<RulesParts, "pool">): Promise<Operator[]> {
  return (await many(pool, listOperators, [OPERATORS_MAX])).map(fromRow);
}

/** Counts on all processes within a second. Throws operator.not_found, operator.last_administrator. */
export async function setOperatorRole(
  parts: RulesParts,
  id: string,
  role: string,
  { by }: Author,
): Promise<Operator> {
  const operator = await withTx(parts.pool, async (tx) => {
    const administrators = await many(tx, lockAdministrators);
    const isLast = administrators.length === 1 && administrators[0]?.id === id;
    if (isLast && role !== "administrator") throw accessError("operator.last_administrator");
    const known = isUuid(id) ? await maybe(tx, lockOperator, [id]) : undefined;
    if (!known) throw accessError("operator.not_found");
    const row = await one(tx, updateOperatorRole, [id, role]);
    await exec(tx, announceChange, [PLATFORM]);
    await recordEvent(
      tx,
      by,
      "operator.role_changed",
      null,
      { operatorId: id, role },
      {
        states: { of: `operator:${id}`, before: { role: known.role }, after: { role } },
      },
    );
    return fromRow(row);
  });
  parts.access.book.forget(PLATFORM);
  return operator;
}

function fromRow({ id, name, role, created_at }: OperatorRow): Operator {
  return { id, name, role, createdAt: created_at };
}

import type { Executor } from "../executor.ts";
import { Session } from "../session.ts";
import type { Attempt, Party } from "./attempt.ts";

/** Statements that the database would run and that reach others: the library sends none of them. */
const KEPT_OUT: readonly (readonly [way: string, statement: string])[] = [
  ["alter_role", "alter role current_user password 'x'"],
  [
    "alter_role",
    "/* a /* nested */ comment */ ; (;-- and more\n alter role current_user set statement_timeout = 0",
  ],
  ["alter_role", "alter user current_user set row_security = off"],
  ["alter_role", "do $$ begin execute 'alter role ' || current_user || ' password null'; end $$"],
  ["alter_role", "grant tenancy_tenant to public"],
  ["alter_role", "drop owned by current_user"],
  ["alter_role", "reassign owned by current_user to tenancy_tenant"],
  ["lock", "lock table pg_catalog.pg_class in access share mode"],
  ["notify", "listen tenancy_tenant_changed"],
  ["notify", "notify tenancy_app_changed"],
  ["statistics", "explain select 1"],
  ["copy", "copy (select 1) to stdout"],
  ["prepared", "prepare t1 as select 1"],
  ["prepared", "prepare transaction 'tenancy_proof'"],
  ["prepared", "execute t1"],
  ["several", "select 1; select 2"],
  ["several", "select 1\0; drop table x"],
];

/**
 * The door that every statement of an app goes through, and with it every statement that somebody injected. In
 * transactions that are rolled back, so that a door that does not hold costs nobody anything.
 */
export async function runDoor(executor: Executor, attacker: Party, victim: Party): Promise<Attempt[]> {
  const attempts: Attempt[] = [];
  for (const [way, statement] of KEPT_OUT) {
    const refusal = await send(executor, attacker.tenantId, statement);
    attempts.push({
      way,
      target: statement.replaceAll(/\s+/g, " ").replaceAll("\0", "\\0").slice(0, 80),
      level: victim.level,
      attackerId: attacker.tenantId,
      victimId: victim.tenantId,
      outcome: refusal === null ? "crossed" : "refused",
      detail: refusal?.slice(0, 300) ?? "It was sent.",
    });
  }
  return attempts;
}

async function send(executor: Executor, tenantId: string, text: string): Promise<string | null> {
  const session = await Session.open(executor, tenantId);
  try {
    await session.begin();
    await session.query({ text });
    return null;
  } catch (failure) {
    return (failure as Error).message;
  } finally {
    await session.query({ text: "rollback" }).catch(() => undefined);
    session.release();
  }
}

import type { Executor } from "../executor.ts";
import { Session } from "../session.ts";
import type { Attempt, Outcome, Party } from "./attempt.ts";

interface Leftover {
  readonly way: string;
  readonly target: string;
  /** What the attacker leaves on its connection. */
  readonly leave: string;
  /** What the next tenant asks; holds when it fails or does not answer `traitor`. */
  readonly ask: string;
  readonly traitor: RegExp | "success";
}

const LEFTOVERS: readonly Leftover[] = [
  {
    way: "prepared",
    target: "a statement by name",
    leave: "prepare tenancy_proof as select 'left'",
    ask: "execute tenancy_proof",
    traitor: "success",
  },
  {
    way: "prepared",
    target: "pg_prepared_statements",
    leave: "prepare tenancy_proof as select 'left'",
    ask: "select statement from pg_catalog.pg_prepared_statements",
    traitor: /tenancy_proof/,
  },
  {
    way: "cursor",
    target: "a cursor with hold",
    leave: "declare tenancy_proof cursor with hold for select 'left'",
    ask: "fetch all from tenancy_proof",
    traitor: "success",
  },
  {
    way: "session",
    target: "a setting of the app",
    leave: "select set_config('app.proof', 'left', false)",
    ask: "select current_setting('app.proof', true)",
    traitor: /left/,
  },
  {
    way: "session",
    target: "row_security",
    leave: "set row_security = off",
    ask: "show row_security",
    traitor: /off/,
  },
  {
    way: "session",
    target: "search_path",
    leave: "set search_path = left_path",
    ask: "show search_path",
    traitor: /left_path/,
  },
  {
    way: "session",
    target: "role",
    leave: "set role tenancy_tenant",
    ask: "select current_user",
    traitor: /tenancy_tenant/,
  },
  {
    way: "session",
    target: "read only",
    leave: "set default_transaction_read_only = on",
    ask: "show transaction_read_only",
    traitor: /"on"/,
  },
  {
    way: "session",
    target: "the context",
    leave: "select set_config('tenancy.context', 'left:behind', false)",
    ask: "select current_setting('tenancy.context')",
    traitor: /left:behind/,
  },
  {
    way: "session",
    target: "an escaped name",
    leave: `select U&"set\\005fconfig"('app.proof', 'left', false)`,
    ask: "select current_setting('app.proof', true)",
    traitor: /left/,
  },
  {
    way: "session",
    target: "a channel",
    leave: "listen tenancy_proof",
    ask: "select * from pg_catalog.pg_listening_channels()",
    traitor: /tenancy_proof/,
  },
  {
    way: "temp",
    target: "a temporary table",
    leave: "create temp table tenancy_proof as select 'left' as t",
    ask: "select * from pg_temp.tenancy_proof",
    traitor: "success",
  },
];

/** As often as a text must run before it may share a connection, and once more. */
const RUNS = 4;
const LOOKS = 6;

/**
 * Leaves something on a connection as one tenant and looks for it as the next, by the platform's own lanes. Both
 * tenants live in the same database; otherwise they share no connection at all.
 */
export async function runLeftovers(executor: Executor, attacker: Party, victim: Party): Promise<Attempt[]> {
  const attempts: Attempt[] = [];
  for (const leftover of LEFTOVERS) {
    const [outcome, detail] = await tryOne(executor, attacker, victim, leftover);
    attempts.push({
      way: leftover.way,
      target: leftover.target,
      level: victim.level,
      attackerId: attacker.tenantId,
      victimId: victim.tenantId,
      outcome,
      detail,
    });
  }
  attempts.push(await tryContextAfterTransaction(executor, attacker, victim));
  return attempts;
}

async function tryOne(
  executor: Executor,
  attacker: Party,
  victim: Party,
  { leave, ask, traitor }: Leftover,
): Promise<[Outcome, string]> {
  let refusal: string | null = null;
  for (let run = 0; run < RUNS; run++) {
    const left = await settle(() => executor.run(attacker.tenantId, { text: leave }));
    if (left instanceof Error) refusal = left.message;
  }
  for (let look = 0; look < LOOKS; look++) {
    // Texts of their own, so that some keep to private connections while others come to share.
    const text = look % 2 === 0 ? ask : `${ask} -- ${look}`;
    const found = await settle(() => executor.run(victim.tenantId, { text }));
    if (found instanceof Error) continue;
    if (traitor === "success" || traitor.test(JSON.stringify(found.rows)))
      return ["crossed", `The next tenant found it: ${JSON.stringify(found.rows).slice(0, 200)}`];
  }
  return refusal === null
    ? ["nothing", "The next tenant found nothing of it."]
    : ["refused", refusal.slice(0, 300)];
}

/** Session-level context set inside a transaction, kept open, then given back. */
async function tryContextAfterTransaction(
  executor: Executor,
  attacker: Party,
  victim: Party,
): Promise<Attempt> {
  const session = await Session.open(executor, attacker.tenantId);
  try {
    await session.begin();
    await session.query({
      text: "select set_config('tenancy.context', current_setting('tenancy.context'), false)",
    });
    await session.query({ text: "commit" });
  } finally {
    session.release();
  }
  const found = await executor.run(victim.tenantId, { text: "select tenancy.current_tenant() as id" });
  const isOwn = (found.rows[0] as { id: string } | undefined)?.id === victim.tenantId;
  return {
    way: "session",
    target: "the seat of the tenant before",
    level: victim.level,
    attackerId: attacker.tenantId,
    victimId: victim.tenantId,
    outcome: isOwn ? "nothing" : "crossed",
    detail: isOwn ? "The next tenant is itself." : "The next tenant is somebody else.",
  };
}

async function settle<T>(work: () => Promise<T>): Promise<T | Error> {
  try {
    return await work();
  } catch (failure) {
    return failure as Error;
  }
}

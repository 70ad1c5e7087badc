import { identifier, literal, type Party, type Try } from "./attempt.ts";

/** Becoming somebody else: roles, and contexts that were forged, borrowed or kept from before. */
export function identityTries(attacker: Party, victim: Party, reads: readonly string[]): Try[] {
  return [...roleTries(victim), ...contextTries(attacker, victim, reads)];
}

const ROLES = [
  "tenancy_owner",
  "postgres",
  "tenancy",
  "pg_read_all_data",
  "pg_write_all_data",
  "pg_execute_server_program",
];

function roleTries(victim: Party): Try[] {
  const refused = (way: string, target: string, ...statements: string[]): Try => ({
    way,
    target,
    claim: "refused",
    statements,
  });
  const named = victim.level === "database" ? [...ROLES, victim.role] : ROLES;
  return [
    ...named.flatMap((role) => [
      refused("set_role", role, `set local role ${identifier(role)}`),
      refused("set_role", role, `select set_config('role', ${literal(role)}, true)`),
      refused("set_role", role, `set local session authorization ${identifier(role)}`),
      refused("set_role", role, `grant ${identifier(role)} to current_user`),
    ]),
    // Allowed, and no use: neither leads anywhere else.
    {
      way: "set_role",
      target: "tenancy_tenant",
      claim: "unseen",
      statements: ["set local role tenancy_tenant", "select current_user"],
    },
    {
      way: "set_role",
      target: "none",
      claim: "unseen",
      statements: ["reset role", "set local role none", "select current_user"],
    },
    refused("alter_role", "current_user", "alter role current_user bypassrls"),
    refused("alter_role", "current_user", "alter role current_user superuser"),
    refused("alter_role", "tenancy_tenant", "alter role tenancy_tenant bypassrls"),
    refused("alter_role", "tenancy_owner", "alter role tenancy_owner login password 'x'"),
    refused("alter_role", "all", "alter role all set row_security = off"),
    refused("alter_role", "database", `alter database ${identifier(victim.database)} set row_security = off`),
    refused("alter_role", "new", "create role tenancy_proof"),
  ];
}

function contextTries(attacker: Party, victim: Party, reads: readonly string[]): Try[] {
  const token = attacker.context.slice(attacker.context.indexOf(":") + 1);
  const forged: readonly (readonly [string, string])[] = [
    ["the victim's id with the attacker's token", `${victim.tenantId}:${token}`],
    ["the victim's id alone", victim.tenantId],
    ["the victim's id and an empty token", `${victim.tenantId}:`],
    ["a token of an epoch that is over", victim.oldContext],
    ["an invented token", `${victim.tenantId}:${"A".repeat(43)}`],
    ["nothing", ""],
    ["SQL in it", `${victim.tenantId}:' or true --`],
  ];
  const contexts = forged.flatMap(([target, context]) =>
    [
      `select set_config('tenancy.context', ${literal(context)}, true)`,
      `select set_config('tenancy.context', ${literal(context)}, false)`,
      `set tenancy.context = ${literal(context)}`,
      `set local tenancy.context to ${literal(context)}`,
    ].map(
      (enter): Try => ({
        way: "set_config",
        target,
        claim: "refused",
        statements: [enter, reads[0] ?? "select tenancy.current_tenant()"],
      }),
    ),
  );
  return [
    ...contexts,
    ...["reset tenancy.context", "set local tenancy.context to default"].map(
      (leave): Try => ({
        way: "set_config",
        target: leave,
        claim: "refused",
        statements: [leave, "select tenancy.current_tenant()"],
      }),
    ),
    {
      way: "set_config",
      target: "reading the context",
      claim: "unseen",
      statements: ["select current_setting('tenancy.context')"],
    },
    {
      way: "set_config",
      target: "search_path",
      claim: "unseen",
      statements: [
        `set local search_path = pg_temp, ${identifier(victim.schema)}, tenancy, public`,
        "select tenancy.current_tenant()",
        ...reads,
      ],
    },
    {
      way: "set_config",
      target: "session_replication_role",
      claim: "refused",
      statements: ["set local session_replication_role = replica"],
    },
    {
      way: "function",
      target: "tenancy.current_tenant",
      claim: "refused",
      statements: [
        "create or replace function tenancy.current_tenant() returns uuid language sql as 'select null::uuid'",
      ],
    },
    {
      way: "function",
      target: "tenancy.current_tenant",
      claim: "refused",
      statements: ["create function pg_temp.sha256(bytea) returns bytea language sql as 'select $1'"],
    },
  ];
}

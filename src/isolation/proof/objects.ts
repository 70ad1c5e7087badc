import { identifier, literal, type Party, type Try } from "./attempt.ts";
import { type ObjectRow, sampleValue } from "./facts.ts";

/** Views, functions and sequences of the app: each is looked through or called, SECURITY DEFINER or not. */
export function objectTries(victim: Party, schema: string, objects: readonly ObjectRow[]): Try[] {
  return objects.flatMap((object) => {
    const name = `${identifier(schema)}.${identifier(object.name)}`;
    const target = `${schema}.${object.name}`;
    switch (object.kind) {
      case "view":
        return viewTries(victim, name, target);
      case "sequence":
        return sequenceTries(name, target);
      case "function":
      case "procedure": {
        const call = `${name}(${object.arguments.map((type) => argument(type, victim)).join(", ")})`;
        const statement = object.kind === "function" ? `select * from ${call}` : `call ${call}`;
        return [{ way: "function", target, claim: "unseen", statements: [statement] }];
      }
      default:
        throw new TypeError(`Unknown kind ${String(object.kind satisfies never)}.`);
    }
  });
}

function viewTries(victim: Party, name: string, target: string): Try[] {
  return [
    { way: "view", target, claim: "unseen", statements: [`select * from ${name}`] },
    {
      way: "view",
      target,
      claim: "unseen",
      statements: [
        `select v::text from ${name} v where v::text like ${literal(`%${victim.marker ?? victim.tenantId}%`)}`,
      ],
    },
    { way: "view", target, claim: "refused", statements: [`create or replace view ${name} as select 1`] },
  ];
}

function sequenceTries(name: string, target: string): Try[] {
  const regclass = `${literal(name)}::regclass`;
  return [
    { way: "sequence", target, claim: "refused", statements: [`select last_value from ${name}`] },
    { way: "sequence", target, claim: "refused", statements: [`select currval(${regclass})`] },
    { way: "sequence", target, claim: "refused", statements: [`select setval(${regclass}, 1)`] },
    { way: "sequence", target, claim: "refused", statements: [`alter sequence ${name} restart`] },
  ];
}

function argument(type: string, victim: Party): string {
  const column = { name: "", type, length: null, isRequired: true, isGenerated: false, label: null };
  const value = type === "uuid" ? literal(victim.tenantId) : sampleValue(column, victim.marker ?? "canary");
  return value === null ? `null::${type}` : `${value}::${type}`;
}

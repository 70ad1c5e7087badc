import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { TSchema } from "typebox";
import { routes } from "../src/http/routes.ts";

const ROOT = join(import.meta.dirname, "..");
/** Attack, then tests with `<br>` between them: file, colon, name or how it begins. */
const LINE = /^\| (?<attack>[^|]+) \| (?<tests>.*) \|$/;
const TEST = /`(?<file>(?:src|test)\/[\w./-]+\.test\.ts)`: (?<name>.+?)(?=<br>|$)/g;

test("each attack of the threat model has tests that are there, by the names that it gives", async () => {
  const text = await readFile(join(ROOT, "docs/threat-model.md"), "utf8");
  const part = text.split("## Attacks that fail")[1]?.split("\n## ")[0] ?? "";
  const lines = part.split("\n").flatMap((line) => {
    const found = LINE.exec(line)?.groups;
    return found ? [found] : [];
  });
  const faults: string[] = [];
  let count = 0;
  for (const { attack = "", tests = "" } of lines.slice(1)) {
    const named = [...tests.matchAll(TEST)].map(({ groups = {} }) => groups);
    if (named.length === 0) faults.push(`${attack}: names no test`);
    for (const { file = "", name = "" } of named) {
      count += 1;
      const source = await readFile(join(ROOT, file), "utf8").catch(() => "");
      if (!source.includes(name.trim())) faults.push(`${attack}: ${file} has no "${name.trim()}"`);
    }
  }
  assert.deepEqual(faults, []);
  assert.ok(count >= 40, `${count} tests are named`);
});

test("mass assignment: no route takes a field that it does not declare, at any depth of its body", () => {
  const open = routes.flatMap(({ method, url, body }) => (body ? openPlaces(body, `${method} ${url}`) : []));

  assert.deepEqual(open, OPEN_BY_INTENT);
});

const OPEN_BY_INTENT: readonly string[] = [
  // A browser's own object, of which a library reads what WebAuthn says.
  "POST /v1/sign-in/passkey.response",
  "POST /v1/sign-in/second-factor.passkey",
  "POST /v1/me/step-up.passkey",
  "POST /v1/me/factors/passkeys.response",
  "POST /v1/sign-in/recovery/complete.passkey.response",
  // Closed by the catalogue, which names the limits that there are.
  "PATCH /v1/tenants/:tenant.limits",
  // AuthZEN 1.0 wants unknown members ignored; nothing of a question is stored.
  "POST /v1/tenants/:tenant/access/v1/evaluation",
  "POST /v1/tenants/:tenant/access/v1/evaluations",
  "POST /v1/tenants/:tenant/access/v1/search/action",
  "POST /v1/tenants/:tenant/access/v1/search/subject",
];

/** Objects that would take anything. */
function openPlaces(schema: TSchema, at: string): string[] {
  const { type, properties, items, anyOf, allOf, additionalProperties, patternProperties } = schema as {
    type?: string;
    properties?: Record<string, TSchema>;
    items?: TSchema;
    anyOf?: TSchema[];
    allOf?: TSchema[];
    additionalProperties?: unknown;
    patternProperties?: Record<string, TSchema>;
  };
  const inner = [
    ...Object.entries(properties ?? {}).map(([name, each]) => [`${at}.${name}`, each] as const),
    ...Object.entries(patternProperties ?? {}).map(([name, each]) => [`${at}.<${name}>`, each] as const),
    ...(items ? [[`${at}[]`, items] as const] : []),
    ...[...(anyOf ?? []), ...(allOf ?? [])].map((each) => [at, each] as const),
  ];
  const isOpen = type === "object" && additionalProperties !== false && patternProperties === undefined;
  return [...(isOpen ? [at] : []), ...inner.flatMap(([place, each]) => openPlaces(each, place))];
}

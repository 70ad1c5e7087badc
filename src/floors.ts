/**
 * The floors of the house. A module imports only from floors below its own: never sideways, never up.
 * test/floors.test.ts reads every import and fails with the offending line.
 */
export const floors: Readonly<Record<string, number>> = {
  base: 0,
  db: 1,
  keys: 2,
  audit: 2,
  adopt: 2,
  tenants: 3,
  mail: 3,
  isolation: 4,
  identity: 4,
  access: 4,
  metering: 4,
  vaults: 4,
  changes: 4,
  plans: 5,
  observe: 5,
  fleet: 5,
  sso: 5,
  scim: 5,
  visits: 5,
  reviews: 5,
  integrations: 5,
  streams: 5,
  billing: 6,
  backup: 6,
  gate: 6,
  lifecycle: 7,
  compliance: 8,
  http: 9,
  cli: 9,
  embed: 9,
  start: 9,
};

/** Outside the building: they know only openapi.json, and import nothing of the house. */
export const outside: readonly string[] = ["sdk", "edge"];

/** Files that stand above all floors: the public entry and the composition root. */
export const roof: readonly string[] = ["index.ts", "start.ts", "serve.ts", "floors.ts"];

/** A file may be this long without a reason; a longer one is listed with it. */
export const LINES_MAX = 400;
export const longFiles: Readonly<Record<string, string>> = {};

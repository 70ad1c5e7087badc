import type pg from "pg";
import type { Keyring } from "../keys/keyring.ts";
import type { SealedPlace } from "../keys/sealed-place.ts";
import { sealedTable } from "../keys/sealed-table.ts";

/** Secrets of connections, and what a sign-in under way keeps, as the rotation of keys sees them. */
export function ssoPlaces(keyring: Keyring, pool: pg.Pool): SealedPlace[] {
  const common = { keyring, pool, purpose: "secrets", tenantColumn: "tenant_id" } as const;
  return [
    sealedTable({
      ...common,
      table: "sso_connections",
      column: "secret",
      key: [{ name: "id", type: "uuid" }],
      context: ([id = ""]) => secretContext(id),
    }),
    ...(["checks", "outcome"] as const).map((column) =>
      sealedTable({
        ...common,
        table: "sso_attempts",
        column,
        key: [{ name: "id_hash", type: "bytea" }],
        context: ([hash = ""]) => attemptContext(column, hash.slice(HEX_PREFIX.length)),
      }),
    ),
  ];
}

/** How PostgreSQL begins a bytea as text. */
const HEX_PREFIX = "\\x";

export function secretContext(connectionId: string): string[] {
  return ["sso_connections", "secret", connectionId];
}

export function attemptContext(column: "checks" | "outcome", stateHashHex: string): string[] {
  return ["sso_attempts", column, stateHashHex];
}

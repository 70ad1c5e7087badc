import type pg from "pg";
import type { Keyring } from "../keys/keyring.ts";
import type { SealedPlace } from "../keys/sealed-place.ts";
import { sealedTable } from "../keys/sealed-table.ts";

/** Tokens of connected services, and what a connection under way keeps, as the rotation of keys sees them. */
export function integrationPlaces(keyring: Keyring, pool: pg.Pool): SealedPlace[] {
  const common = { keyring, pool, purpose: "integrations", tenantColumn: "tenant_id" } as const;
  return [
    sealedTable({
      ...common,
      table: "integrations",
      column: "tokens",
      key: [{ name: "id", type: "uuid" }],
      context: ([id = ""]) => tokensContext(id),
    }),
    sealedTable({
      ...common,
      table: "integration_attempts",
      column: "checks",
      key: [{ name: "state_hash", type: "bytea" }],
      context: ([hash = ""]) => checksContext(hash.slice(HEX_PREFIX.length)),
    }),
  ];
}

/** How PostgreSQL begins a bytea as text. */
const HEX_PREFIX = "\\x";

export function tokensContext(id: string): string[] {
  return ["integrations", "tokens", id];
}

export function checksContext(stateHashHex: string): string[] {
  return ["integration_attempts", "checks", stateHashHex];
}

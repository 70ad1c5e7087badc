import type pg from "pg";
import type { Keyring } from "../keys/keyring.ts";
import type { SealedPlace } from "../keys/sealed-place.ts";
import { sealedTable } from "../keys/sealed-table.ts";
import { totpContext } from "./totp.ts";

/** Seeds of authenticator apps, in use and on their way, as the rotation of keys sees them. */
export function seedPlaces(keyring: Keyring, pool: pg.Pool): SealedPlace[] {
  const common = { keyring, pool, purpose: "credentials", tenantColumn: null } as const;
  return [
    sealedTable({
      ...common,
      table: "user_totps",
      column: "sealed",
      key: [{ name: "user_id", type: "uuid" }],
      context: ([userId = ""]) => totpContext(userId),
    }),
    sealedTable({
      ...common,
      table: "recoveries",
      column: "sealed_seed",
      key: [
        { name: "id", type: "uuid" },
        { name: "user_id", type: "uuid" },
      ],
      context: ([, userId = ""]) => totpContext(userId),
    }),
  ];
}

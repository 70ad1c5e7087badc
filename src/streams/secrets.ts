import type pg from "pg";
import type { Keyring } from "../keys/keyring.ts";
import { toScope } from "../keys/scope.ts";
import type { SealedPlace } from "../keys/sealed-place.ts";
import { sealedTable } from "../keys/sealed-table.ts";
import type { StreamRow } from "./store.ts";

/** Of its own: a key is retired when every place of its purpose is counted empty, so a purpose is shared by none that is not counted. */
const PURPOSE = "streams";
type Column = "secret" | "former_secret";

export async function sealSecret(
  keyring: Keyring,
  stream: { readonly id: string; readonly tenantId: string | null },
  column: Column,
  secret: string,
): Promise<Buffer> {
  return keyring.seal(toScope(stream.tenantId), PURPOSE, contextOf(stream.id, column), Buffer.from(secret));
}

/** Those that sign now, the newest first. */
export async function openSecrets(
  keyring: Keyring,
  row: Pick<StreamRow, "id" | "tenant_id" | "secret" | "former_secret" | "former_until">,
  now: Date,
): Promise<string[]> {
  const secrets = [await openSecret(keyring, row)];
  const isOverlap = row.former_until !== null && row.former_until > now;
  if (row.former_secret && isOverlap)
    secrets.push(await open(keyring, row, "former_secret", row.former_secret));
  return secrets;
}

/** The current one alone. */
export async function openSecret(
  keyring: Keyring,
  row: Pick<StreamRow, "id" | "tenant_id" | "secret">,
): Promise<string> {
  return open(keyring, row, "secret", row.secret);
}

async function open(
  keyring: Keyring,
  { id, tenant_id }: Pick<StreamRow, "id" | "tenant_id">,
  column: Column,
  sealed: Buffer,
): Promise<string> {
  return (await keyring.open(toScope(tenant_id), contextOf(id, column), sealed, PURPOSE)).toString();
}

/** Where the rotation of keys finds them. */
export function streamSecretPlaces(keyring: Keyring, pool: pg.Pool): SealedPlace[] {
  return (["secret", "former_secret"] as const).map((column) =>
    sealedTable({
      keyring,
      pool,
      purpose: PURPOSE,
      table: "audit_streams",
      column,
      tenantColumn: "tenant_id",
      key: [{ name: "id", type: "uuid" }],
      context: ([id = ""]) => contextOf(id, column),
    }),
  );
}

function contextOf(id: string, column: Column): string[] {
  return ["audit_streams", column, id];
}

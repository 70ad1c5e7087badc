import { type Actor, recordEvent } from "../audit/record.ts";
import { isUuid } from "../base/ids.ts";
import { many, maybe, one, type Queryable } from "../db/sql.ts";
import { type Tx, withTx } from "../db/tx.ts";
import { vaultError } from "./errors.ts";
import { HOLDERS_MAX, VAULTS_MAX } from "./limits.ts";
import {
  countVaults,
  deleteVault,
  findVault,
  insertVault,
  knownHolders,
  listOverviews,
  listVaults,
  lockVault,
  updateVault,
  type VaultRow,
} from "./store.ts";
import type { VaultParts } from "./vault-keys.ts";

/** HPKE: encapsulated key and ciphertext, base64url. */
export interface Letter {
  readonly enc: string;
  readonly ciphertext: string;
}

/** A vault as a client made it; all but the name is sealed or counts. */
export interface VaultInput {
  readonly name: string;
  readonly epoch: number;
  readonly revision: number;
  readonly grants: Readonly<Record<string, Letter>>;
  readonly manifest: string;
  readonly earlier: string;
}

export interface StoredVault extends VaultInput {
  readonly id: string;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Who asks: a member, with the keys that stand for them here (their own, and the recovery key once they were given it). */
export interface Opener {
  readonly tenantId: string;
  readonly userId: string;
  readonly keyIds: readonly string[];
}

/** The vaults that these keys open, by name. */
export async function readVaults(db: Queryable, { tenantId, keyIds }: Opener): Promise<StoredVault[]> {
  return (await many(db, listVaults, [tenantId, keyIds, VAULTS_MAX])).map(fromRow);
}

/** All vaults of a tenant, as somebody sees them who holds no key: names, holders, sizes. */
export async function readOverviews(db: Queryable, tenantId: string) {
  return (await many(db, listOverviews, [tenantId, VAULTS_MAX])).map((row) => ({
    id: row.id,
    name: row.name,
    epoch: row.epoch,
    revision: row.revision,
    holders: row.holders,
    items: row.items,
    staleItems: row.stale_items,
    sealedBytes: Number(row.sealed_bytes),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }));
}

/** Throws vault.not_found: for one that these keys do not open, too. */
export async function readVault(db: Queryable, opener: Opener, id: string): Promise<StoredVault> {
  const row = isUuid(id) ? await maybe(db, findVault, [opener.tenantId, id, opener.keyIds]) : undefined;
  if (!row) throw vaultError("vault.not_found", { id });
  return fromRow(row);
}

/** Throws vault.malformed, vault.foreign_holder, vault.exists, vault.full. */
export async function createVault(
  { pool, clock }: VaultParts,
  opener: Opener,
  id: string,
  input: VaultInput,
  by: Actor,
): Promise<StoredVault> {
  if (!isUuid(id)) throw vaultError("vault.malformed", { fault: "its id is no UUID in lower case" });
  if (input.epoch !== 1 || input.revision !== 1)
    throw vaultError("vault.malformed", { fault: "a new vault begins with epoch 1 and revision 1" });
  return withTx(pool, async (tx) => {
    await assertHolders(tx, opener, input, []);
    const { n } = await one(tx, countVaults, [opener.tenantId]);
    if (n >= VAULTS_MAX) throw vaultError("vault.full", { what: `the tenant has ${VAULTS_MAX} vaults` });
    const values = [opener.tenantId, id, ...sealedValues(input), opener.userId, clock.now()];
    const row = await maybe(tx, insertVault, values);
    if (!row) throw vaultError("vault.exists", { id });
    await recordVault(tx, by, "vault.created", opener.tenantId, { before: null, after: row });
    return fromRow(row);
  });
}

/**
 * The vault as it is from now on: another name, more or fewer holders, a new key. It follows exactly the revision
 * that the client saw.
 *
 * @throws vault.not_found, vault.revision_passed, vault.malformed, vault.foreign_holder
 */
export async function changeVault(
  { pool, clock }: VaultParts,
  opener: Opener,
  id: string,
  input: VaultInput,
  by: Actor,
): Promise<StoredVault> {
  return withTx(pool, async (tx) => {
    const before = await lockOpened(tx, opener, id);
    if (input.revision !== before.revision + 1)
      throw vaultError("vault.revision_passed", { revision: before.revision });
    const isRekeyed = input.epoch === before.epoch + 1;
    if (!isRekeyed && input.epoch !== before.epoch)
      throw vaultError("vault.malformed", { fault: `epoch ${input.epoch} does not follow ${before.epoch}` });
    const isLoss = Object.keys(before.grants).some((keyId) => !Object.hasOwn(input.grants, keyId));
    if (isLoss && !isRekeyed)
      throw vaultError("vault.malformed", { fault: "a holder leaves, but the key stays the same" });
    await assertHolders(tx, opener, input, Object.keys(before.grants));
    const row = await one(tx, updateVault, [opener.tenantId, id, ...sealedValues(input), clock.now()]);
    await recordVault(tx, by, "vault.changed", opener.tenantId, { before, after: row });
    return fromRow(row);
  });
}

/** With everything in it. Throws vault.not_found. */
export async function removeVault(
  { pool }: VaultParts,
  tenantId: string,
  id: string,
  by: Actor,
): Promise<void> {
  await withTx(pool, async (tx) => {
    const row = isUuid(id) ? await maybe(tx, deleteVault, [tenantId, id]) : undefined;
    if (!row) throw vaultError("vault.not_found", { id });
    await recordEvent(tx, by, "vault.deleted", tenantId, { vaultId: id, name: row.name });
  });
}

export async function lockOpened(tx: Tx, opener: Opener, id: string): Promise<VaultRow> {
  const row = isUuid(id) ? await maybe(tx, lockVault, [opener.tenantId, id, opener.keyIds]) : undefined;
  if (!row) throw vaultError("vault.not_found", { id });
  return row;
}

/**
 * Only members and the recovery key may be let in, and whoever changes a vault must stay among its holders. One who has
 * left the tenant, or lost their key, stays until a holder takes them out: the server cannot.
 */
async function assertHolders(
  tx: Tx,
  opener: Opener,
  { grants }: VaultInput,
  before: readonly string[],
): Promise<void> {
  const keys = Object.keys(grants);
  if (keys.length > HOLDERS_MAX)
    throw vaultError("vault.full", { what: `a vault has at most ${HOLDERS_MAX} holders` });
  if (!opener.keyIds.some((keyId) => keys.includes(keyId)))
    throw vaultError("vault.malformed", { fault: "it is not sealed to you" });
  const known = new Set((await many(tx, knownHolders, [opener.tenantId, keys])).map((row) => row.key_id));
  const foreign = keys.filter((keyId) => !known.has(keyId) && !before.includes(keyId));
  if (foreign.length > 0) throw vaultError("vault.foreign_holder", { keys: foreign.join(", ") });
}

function sealedValues({ name, epoch, revision, grants, manifest, earlier }: VaultInput): unknown[] {
  return [name, epoch, revision, JSON.stringify(grants), manifest, earlier];
}

/** Who can open it stands in the log, with each change: a member compares it with what their client sees. */
function recordVault(
  tx: Tx,
  by: Actor,
  action: "vault.created" | "vault.changed",
  tenantId: string,
  { before, after }: { readonly before: VaultRow | null; readonly after: VaultRow },
): Promise<void> {
  const { id: vaultId } = after;
  const states = { of: `vault:${vaultId}`, before: before && stateOf(before), after: stateOf(after) };
  return recordEvent(tx, by, action, tenantId, { vaultId, ...stateOf(after) }, { states });
}

function stateOf({ name, epoch, revision, grants }: VaultRow) {
  return { name, epoch, revision, holders: Object.keys(grants).sort() };
}

function fromRow(row: VaultRow): StoredVault {
  const { id, name, epoch, revision, grants, manifest, earlier } = row;
  return {
    id,
    name,
    epoch,
    revision,
    grants,
    manifest,
    earlier,
    createdBy: row.created_by,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

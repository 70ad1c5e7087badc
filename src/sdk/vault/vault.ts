import { type Bytes, fromBase64url, fromUtf8, randomBytes, toBase64url, toUtf8 } from "./bytes.ts";
import { type Letter, type MemberKey, type PublicMemberKey, writeLetter } from "./member-key.ts";
import { open, seal } from "./seal.ts";
import { VaultError } from "./vault-error.ts";

/** Where a vault is; part of what every seal binds. */
export interface VaultPlace {
  readonly tenantId: string;
  readonly vaultId: string;
}

/**
 * What the server keeps of a vault. It can open nothing of it, and a change of its own shows: who may open the vault
 * stands in `manifest`, under the vault's key.
 */
export interface VaultRecord extends VaultPlace {
  /** Grows by one when a member leaves: a new key from then on. */
  readonly epoch: number;
  /** Grows by one at each change. */
  readonly revision: number;
  /** The key of this epoch, to each member and to the recovery key, by key id. */
  readonly grants: Readonly<Record<string, Letter>>;
  readonly manifest: string;
  /** The keys of earlier epochs under this one's, for what is not sealed anew yet. */
  readonly earlier: string;
}

interface Manifest {
  readonly epoch: number;
  readonly revision: number;
  readonly members: readonly PublicMemberKey[];
  readonly recovery: PublicMemberKey | null;
}

/** A value as the server keeps it. */
export interface SealedItem {
  readonly epoch: number;
  readonly sealed: string;
}

/** A vault that this person has opened. Values are sealed and opened here; the server sees ciphertext. */
export class Vault {
  readonly place: VaultPlace;
  readonly #manifest: Manifest;
  /** By epoch; the newest seals, the others open what is old. */
  readonly #keys: ReadonlyMap<number, Bytes>;

  private constructor(place: VaultPlace, manifest: Manifest, keys: ReadonlyMap<number, Bytes>) {
    this.place = place;
    this.#manifest = manifest;
    this.#keys = keys;
  }

  /** A new vault for these members, its maker among them. */
  static async create(
    place: VaultPlace,
    members: readonly PublicMemberKey[],
    recovery: PublicMemberKey | null = null,
  ): Promise<{ vault: Vault; record: VaultRecord }> {
    if (members.length === 0) throw new VaultError("vault.bad_input", "A vault needs a member.");
    const manifest = { epoch: 1, revision: 1, members: distinct(members), recovery };
    const vault = new Vault(place, manifest, new Map([[1, randomBytes(32)]]));
    return { vault, record: await vault.#toRecord() };
  }

  /**
   * @param revisionMin the newest revision this person has seen: a server that shows an older one is caught.
   * @throws VaultError vault.not_a_member, vault.damaged, vault.rolled_back
   */
  static async open(record: VaultRecord, key: MemberKey, revisionMin = 0): Promise<Vault> {
    const { tenantId, vaultId, epoch, revision } = record;
    const place = { tenantId, vaultId };
    const grant = Object.hasOwn(record.grants, key.keyId) ? record.grants[key.keyId] : undefined;
    if (!grant) throw new VaultError("vault.not_a_member", "This key does not open the vault.");
    const newest = await key.openLetter(grant, grantContext(place, epoch, key.keyId));
    const sealed = fromBase64url(record.manifest);
    const manifest = JSON.parse(fromUtf8(await open(newest, manifestContext(place), sealed))) as Manifest; // ours: it opened
    if (manifest.epoch !== epoch || manifest.revision !== revision) {
      throw new VaultError("vault.damaged", "The vault's manifest is of another revision.");
    }
    if (revision < revisionMin) {
      const seen = `Revision ${revision} is older than ${revisionMin}, which was seen before.`;
      throw new VaultError("vault.rolled_back", seen);
    }
    const earlier = await open(newest, earlierContext(place, epoch), fromBase64url(record.earlier));
    const keys = new Map([[epoch, newest]]);
    for (const [old, text] of Object.entries(JSON.parse(fromUtf8(earlier)) as Record<string, string>)) {
      keys.set(Number(old), fromBase64url(text));
    }
    return new Vault(place, manifest, keys);
  }

  get epoch(): number {
    return this.#manifest.epoch;
  }

  get revision(): number {
    return this.#manifest.revision;
  }

  get members(): readonly PublicMemberKey[] {
    return this.#manifest.members;
  }

  get recovery(): PublicMemberKey | null {
    return this.#manifest.recovery;
  }

  /** The vault with one more member, who can open all that is in it. Check the key with its owner or in the log first. */
  async admit(member: PublicMemberKey): Promise<{ vault: Vault; record: VaultRecord }> {
    return this.#changed({ members: distinct([...this.members, member]) });
  }

  /**
   * The vault under a new key, without this member. What they could read before stays read; `isStale` tells which values
   * to seal anew.
   */
  async remove(keyId: string): Promise<{ vault: Vault; record: VaultRecord }> {
    const members = this.members.filter((member) => member.keyId !== keyId);
    if (members.length === this.members.length) {
      throw new VaultError("vault.not_a_member", "There is no member with this key.");
    }
    if (members.length === 0)
      throw new VaultError("vault.bad_input", "The last member cannot leave a vault.");
    return this.#rekeyed({ members });
  }

  /** With another recovery key, or none. A new vault key too: the old recovery key opened the last one. */
  async recoverableBy(recovery: PublicMemberKey | null): Promise<{ vault: Vault; record: VaultRecord }> {
    return this.#rekeyed({ recovery });
  }

  /** @param itemId where the value will stand; it opens nowhere else. */
  async seal(itemId: string, value: Bytes): Promise<SealedItem> {
    const sealed = await seal(this.#key(this.epoch), itemContext(this.place, itemId, this.epoch), value);
    return { epoch: this.epoch, sealed: toBase64url(sealed) };
  }

  async open(itemId: string, item: SealedItem): Promise<Bytes> {
    const context = itemContext(this.place, itemId, item.epoch);
    return open(this.#key(item.epoch), context, fromBase64url(item.sealed));
  }

  /** Sealed under the key of an earlier epoch, which a former member may know. */
  isStale(item: SealedItem): boolean {
    return item.epoch < this.epoch;
  }

  #key(epoch: number): Bytes {
    const key = this.#keys.get(epoch);
    if (!key) throw new VaultError("vault.damaged", `The vault has no key of epoch ${epoch}.`);
    return key;
  }

  async #changed(change: Partial<Manifest>, keys = this.#keys) {
    const manifest = { ...this.#manifest, ...change, revision: this.revision + 1 };
    const vault = new Vault(this.place, manifest, keys);
    return { vault, record: await vault.#toRecord() };
  }

  async #rekeyed(change: Partial<Manifest>) {
    const epoch = this.epoch + 1;
    return this.#changed({ ...change, epoch }, new Map([...this.#keys, [epoch, randomBytes(32)]]));
  }

  async #toRecord(): Promise<VaultRecord> {
    const { place, epoch, revision } = this;
    const newest = this.#key(epoch);
    const holders = [...this.members, ...(this.recovery ? [this.recovery] : [])];
    const grants: Record<string, Letter> = {};
    for (const holder of holders) {
      grants[holder.keyId] = await writeLetter(holder, grantContext(place, epoch, holder.keyId), newest);
    }
    const earlier = Object.fromEntries(
      [...this.#keys].filter(([old]) => old !== epoch).map(([old, key]) => [old, toBase64url(key)]),
    );
    const sealText = async (context: readonly string[], value: unknown) =>
      toBase64url(await seal(newest, context, toUtf8(JSON.stringify(value))));
    return {
      ...place,
      epoch,
      revision,
      grants,
      manifest: await sealText(manifestContext(place), this.#manifest),
      earlier: await sealText(earlierContext(place, epoch), earlier),
    };
  }
}

function distinct(members: readonly PublicMemberKey[]): PublicMemberKey[] {
  const byKey = new Map(members.map(({ userId, keyId, publicKey }) => [keyId, { userId, keyId, publicKey }]));
  return [...byKey.values()];
}

const where = ({ tenantId, vaultId }: VaultPlace) => [tenantId, vaultId];
const grantContext = (place: VaultPlace, epoch: number, keyId: string) => [
  "vault-grant",
  ...where(place),
  String(epoch),
  keyId,
];
const manifestContext = (place: VaultPlace) => ["vault-manifest", ...where(place)];
const earlierContext = (place: VaultPlace, epoch: number) => [
  "vault-earlier",
  ...where(place),
  String(epoch),
];
const itemContext = (place: VaultPlace, itemId: string, epoch: number) => [
  "vault-item",
  ...where(place),
  itemId,
  String(epoch),
];

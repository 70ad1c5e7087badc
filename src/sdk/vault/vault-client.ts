import type { Client } from "openapi-fetch";
import type { paths } from "../types.gen.ts";
import { type Bytes, fromUtf8, toUtf8 } from "./bytes.ts";
import { MemberKey, type MemberKeyRecord, type PasskeyPrf, type PublicMemberKey } from "./member-key.ts";
import { approveRecovery, createRecovery, type RecoveryRecord, recover } from "./recovery.ts";
import { Vault, type VaultRecord } from "./vault.ts";
import { VaultError } from "./vault-error.ts";

type Api = Client<paths>;
export type Secret = { readonly passphrase: string } | { readonly passkey: PasskeyPrf };

/** A refusal of the server, with the stable code of its problem document. */
export class VaultRefusal extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = "VaultRefusal";
    this.code = code;
  }
}

export interface VaultClientOptions {
  /** A client signed in as a member. */
  readonly api: Api;
  /** Id of the tenant; what is sealed is bound to it. */
  readonly tenantId: string;
  /**
   * Says yes to a member's key that this person has not seen before: after comparing key ids with its owner, or looking
   * it up in the tenant's audit log. Default: trust the server, as most products do without saying so.
   */
  readonly acceptKey?: (key: PublicMemberKey) => Promise<boolean> | boolean;
}

/**
 * Vaults whose keys the server never has. It works in browsers and in Node.
 *
 * @example
 * const vaults = await openVaults({ api, tenantId }, { passphrase });
 * const vault = await vaults.create("Contracts", [benId]);
 * await vault.putText("advance-2026", "…");
 */
export async function openVaults(options: VaultClientOptions, secret: Secret): Promise<Vaults> {
  const record = await ask(options.api.GET("/v1/me/vault-key"));
  return new Vaults(options, await MemberKey.unlock(record as MemberKeyRecord, secret));
}

/** Makes this person's key and registers it, under a passphrase; with `replaces` in place of a lost one. */
export async function setUpVaultKey(
  { api, tenantId, acceptKey }: VaultClientOptions,
  owner: { readonly userId: string; readonly passphrase: string; readonly replaces?: string },
): Promise<Vaults> {
  const key = await MemberKey.generate(owner.userId);
  const lock = await key.lockWithPassphrase(owner.passphrase);
  const { keyId, publicKey } = key;
  const replaces = owner.replaces === undefined ? {} : { replaces: owner.replaces };
  await ask(api.PUT("/v1/me/vault-key", { body: { keyId, publicKey, locks: [lock], ...replaces } }));
  return new Vaults({ api, tenantId, ...(acceptKey ? { acceptKey } : {}) }, key);
}

/** A person's vaults in one tenant, unlocked. */
export class Vaults {
  readonly #options: VaultClientOptions;
  readonly #key: MemberKey;

  constructor(options: VaultClientOptions, key: MemberKey) {
    this.#options = options;
    this.#key = key;
  }

  /** What others compare with their screens. */
  get keyId(): string {
    return this.#key.keyId;
  }

  async list(): Promise<{ readonly id: string; readonly name: string }[]> {
    const { items } = await ask(this.#options.api.GET("/v1/tenants/{tenant}/vaults", this.#path()));
    return items.map(({ id, name }) => ({ id, name }));
  }

  /** A vault for this person and these members; recoverable if the tenant has a recovery key. */
  async create(name: string, userIds: readonly string[] = []): Promise<OpenVault> {
    const others = await this.#holders(userIds);
    const place = { tenantId: this.#options.tenantId, vaultId: crypto.randomUUID() };
    const { vault, record } = await Vault.create(
      place,
      [this.#key.public, ...others],
      await this.#recoveryKey(),
    );
    await ask(
      this.#options.api.POST("/v1/tenants/{tenant}/vaults", {
        ...this.#path(),
        body: { id: place.vaultId, ...toBody(name, record) },
      }),
    );
    return new OpenVault(this.#options, this.#key, name, vault);
  }

  /** @param revisionMin the newest revision seen before; an older one is refused. */
  async open(id: string, revisionMin = 0): Promise<OpenVault> {
    const { record, name } = await this.#record(id);
    return new OpenVault(this.#options, this.#key, name, await Vault.open(record, this.#key, revisionMin));
  }

  /** Splits a new recovery key among these administrators, of whom `needed` bring it back together. */
  async setUpRecovery(userIds: readonly string[], needed: number): Promise<void> {
    const { tenantId, api } = this.#options;
    const record = await createRecovery(tenantId, await this.#holders(userIds), needed);
    const { keyId, publicKey } = record.key;
    await ask(
      api.PUT("/v1/tenants/{tenant}/vault-recovery", {
        ...this.#path(),
        body: { keyId, publicKey, needed, shares: { ...record.shares } },
      }),
    );
  }

  /** Asks the administrators for the recovery key, after one's own was lost. */
  async requestRecovery(): Promise<{ readonly id: string }> {
    const { api } = this.#options;
    return ask(api.POST("/v1/tenants/{tenant}/vault-recovery/requests", this.#path()));
  }

  /** An administrator's yes to somebody's request, whose key they compared. */
  async approveRecovery(requestId: string): Promise<void> {
    const { api, tenantId } = this.#options;
    const { record, requests } = await this.#recovery();
    const request = requests.find(({ id }) => id === requestId);
    if (!request) throw new VaultError("vault.bad_input", `There is no open request ${requestId}.`);
    const to = { userId: request.userId, keyId: request.keyId, publicKey: request.publicKey };
    await this.#accept(to);
    const body = await approveRecovery(record, this.#key, to);
    const path = { tenant: tenantId, request: requestId };
    await ask(
      api.PUT("/v1/tenants/{tenant}/vault-recovery/requests/{request}/approval", { params: { path }, body }),
    );
  }

  /** Once enough administrators said yes: the vault, sealed to this person's own key again. */
  async recover(id: string): Promise<OpenVault> {
    const { record, requests } = await this.#recovery();
    const own = requests.find(({ keyId }) => keyId === this.#key.keyId);
    const recoveryKey = await recover(record, this.#key, own?.approvals ?? []);
    const { record: stored, name } = await this.#record(id);
    const found = await Vault.open(stored, recoveryKey);
    const opened = new OpenVault(this.#options, this.#key, name, found);
    await opened.admitKey(this.#key.public);
    await opened.dropOtherKeys(this.#key.public);
    return opened;
  }

  async #recovery() {
    const { api, tenantId } = this.#options;
    const { requests, ...recovery } = await ask(api.GET("/v1/tenants/{tenant}/vault-recovery", this.#path()));
    const { keyId, publicKey, needed, shares } = recovery;
    const key = { userId: `recovery:${tenantId}`, keyId, publicKey };
    const record: RecoveryRecord = { tenantId, key, needed, shares };
    return { record, requests };
  }

  async #recoveryKey(): Promise<PublicMemberKey | null> {
    try {
      return (await this.#recovery()).record.key;
    } catch (failure) {
      if (failure instanceof VaultRefusal && failure.code === "vault_recovery.none") return null;
      throw failure;
    }
  }

  async #record(id: string): Promise<{ record: VaultRecord; name: string }> {
    const { tenantId, api } = this.#options;
    const path = { tenant: tenantId, vault: id };
    const stored = await ask(api.GET("/v1/tenants/{tenant}/vaults/{vault}", { params: { path } }));
    return { record: { tenantId, vaultId: id, ...stored }, name: stored.name };
  }

  async #holders(userIds: readonly string[]): Promise<PublicMemberKey[]> {
    return holdersOf(this.#options, userIds);
  }

  async #accept(key: PublicMemberKey): Promise<void> {
    return accept(this.#options, key);
  }

  #path() {
    return { params: { path: { tenant: this.#options.tenantId } } };
  }
}

/** One vault, open. Values are sealed before they leave and opened after they came. */
export class OpenVault {
  readonly #options: VaultClientOptions;
  readonly #key: MemberKey;
  readonly name: string;
  #vault: Vault;

  constructor(options: VaultClientOptions, key: MemberKey, name: string, vault: Vault) {
    this.#options = options;
    this.#key = key;
    this.name = name;
    this.#vault = vault;
  }

  get id(): string {
    return this.#vault.place.vaultId;
  }

  get revision(): number {
    return this.#vault.revision;
  }

  get members(): readonly PublicMemberKey[] {
    return this.#vault.members;
  }

  async put(itemId: string, value: Bytes): Promise<void> {
    const { api } = this.#options;
    const body = await this.#vault.seal(itemId, value);
    await ask(api.PUT("/v1/tenants/{tenant}/vaults/{vault}/items/{item}", { ...this.#item(itemId), body }));
  }

  putText(itemId: string, value: string): Promise<void> {
    return this.put(itemId, toUtf8(value));
  }

  async get(itemId: string): Promise<Bytes> {
    const { api } = this.#options;
    const item = await ask(api.GET("/v1/tenants/{tenant}/vaults/{vault}/items/{item}", this.#item(itemId)));
    return this.#vault.open(itemId, item);
  }

  async getText(itemId: string): Promise<string> {
    return fromUtf8(await this.get(itemId));
  }

  async delete(itemId: string): Promise<void> {
    const { api } = this.#options;
    await ask(api.DELETE("/v1/tenants/{tenant}/vaults/{vault}/items/{item}", this.#item(itemId)));
  }

  /** Names of the values, all of them. */
  async list(): Promise<string[]> {
    return this.#names({});
  }

  /** Lets a member in, who can read all that is in the vault. */
  async admit(userId: string): Promise<void> {
    const [key] = await holdersOf(this.#options, [userId]);
    if (key) await this.admitKey(key);
  }

  async admitKey(key: PublicMemberKey): Promise<void> {
    await this.#save(await this.#vault.admit(key));
  }

  /**
   * Takes a member's key out: the vault gets a new key, and each value is sealed anew under it. Interrupted, it goes on
   * with `resealStale`.
   */
  async remove(userId: string): Promise<void> {
    const keys = this.members.filter((member) => member.userId === userId);
    if (keys.length === 0)
      throw new VaultError("vault.not_a_member", `${userId} holds no key of this vault.`);
    await this.#drop(keys);
  }

  /** Takes out what this person lost: every key of theirs but this one. */
  async dropOtherKeys({ userId, keyId }: PublicMemberKey): Promise<void> {
    await this.#drop(this.members.filter((member) => member.userId === userId && member.keyId !== keyId));
  }

  async #drop(keys: readonly PublicMemberKey[]): Promise<void> {
    if (keys.length === 0) return;
    for (const { keyId } of keys) await this.#save(await this.#vault.remove(keyId));
    await this.resealStale();
  }

  /** Seals what an earlier key still opens under the newest. Returns how many values it was. */
  async resealStale(): Promise<number> {
    const stale = await this.#names({ isStale: true });
    for (const itemId of stale) await this.#reseal(itemId);
    return stale.length;
  }

  /** Whoever writes the value meanwhile wins: theirs is under the newest key already. */
  async #reseal(itemId: string): Promise<void> {
    const { api } = this.#options;
    const at = this.#item(itemId);
    const item = await ask(api.GET("/v1/tenants/{tenant}/vaults/{vault}/items/{item}", at));
    const sealed = await this.#vault.seal(itemId, await this.#vault.open(itemId, item));
    const body = { ...sealed, follows: item.version };
    try {
      await ask(api.PUT("/v1/tenants/{tenant}/vaults/{vault}/items/{item}", { ...at, body }));
    } catch (failure) {
      if (!(failure instanceof VaultRefusal) || failure.code !== "vault_item.version_passed") throw failure;
    }
  }

  async #names(filter: { readonly isStale?: boolean }): Promise<string[]> {
    const { api, tenantId } = this.#options;
    const path = { tenant: tenantId, vault: this.id };
    const names: string[] = [];
    for (let cursor: string | undefined; ; ) {
      const query = { limit: 200, ...filter, ...(cursor === undefined ? {} : { cursor }) };
      const page = await ask(
        api.GET("/v1/tenants/{tenant}/vaults/{vault}/items", { params: { path, query } }),
      );
      names.push(...page.items.map(({ id }) => id));
      if (page.nextCursor === null) return names;
      cursor = page.nextCursor;
    }
  }

  async #save({ vault, record }: { vault: Vault; record: VaultRecord }): Promise<void> {
    const { api, tenantId } = this.#options;
    const path = { tenant: tenantId, vault: this.id };
    await ask(
      api.PUT("/v1/tenants/{tenant}/vaults/{vault}", { params: { path }, body: toBody(this.name, record) }),
    );
    // Through its own record, as on any other device: who changed it must be able to open it.
    this.#vault = vault.members.some(({ keyId }) => keyId === this.#key.keyId)
      ? await Vault.open(record, this.#key)
      : vault;
  }

  #item(itemId: string) {
    return { params: { path: { tenant: this.#options.tenantId, vault: this.id, item: itemId } } };
  }
}

async function holdersOf(
  options: VaultClientOptions,
  userIds: readonly string[],
): Promise<PublicMemberKey[]> {
  if (userIds.length === 0) return [];
  const path = { tenant: options.tenantId };
  const { items } = await ask(options.api.GET("/v1/tenants/{tenant}/vault-keys", { params: { path } }));
  const keys: PublicMemberKey[] = [];
  for (const userId of new Set(userIds)) {
    const found = items.find((item) => item.userId === userId);
    if (!found) throw new VaultError("vault.unknown_key", `${userId} is no member with a key for vaults.`);
    const key = { userId, keyId: found.keyId, publicKey: found.publicKey };
    await accept(options, key);
    keys.push(key);
  }
  return keys;
}

async function accept({ acceptKey }: VaultClientOptions, key: PublicMemberKey): Promise<void> {
  if (acceptKey && !(await acceptKey(key))) {
    throw new VaultError("vault.unknown_key", `The key ${key.keyId} of ${key.userId} was not accepted.`);
  }
}

function toBody(name: string, { epoch, revision, grants, manifest, earlier }: VaultRecord) {
  return { name, epoch, revision, grants: { ...grants }, manifest, earlier };
}

/** The data of an answer. Throws VaultRefusal. */
async function ask<T>(
  answer: Promise<{ data?: T; error?: { code: string; title: string } | undefined }>,
): Promise<T> {
  const { data, error } = await answer;
  if (error) throw new VaultRefusal(error.code, error.title);
  return data as T; // there is data where there is no error; undefined for 204
}

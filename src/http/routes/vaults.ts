import type { Static } from "typebox";
import type { Principal } from "../../identity/principal.ts";
import { vaultError } from "../../vaults/errors.ts";
import { putItem, readItem, readItems, removeItem } from "../../vaults/items.ts";
import { openerOf } from "../../vaults/recovery.ts";
import { putVaultKey, readHolders, readVaultKey, type VaultParts } from "../../vaults/vault-keys.ts";
import {
  changeVault,
  createVault,
  type Opener,
  readOverviews,
  readVault,
  readVaults,
  removeVault,
  type StoredVault as Stored,
} from "../../vaults/vaults.ts";
import { findTenant } from "../api-tenant.ts";
import type { House } from "../house.ts";
import { readPage } from "../page.ts";
import { route } from "../route.ts";
import {
  StoredVault,
  VaultCreate,
  VaultHolders,
  VaultItem,
  VaultItemPage,
  VaultItemPut,
  VaultItemQuery,
  VaultKey,
  VaultKeyPut,
  VaultList,
  VaultOverviews,
  VaultPut,
} from "../schemas/vaults.ts";
import { TENANT } from "./tenants.ts";

const VAULT = "Id of the vault.";
const ITEM = "Name of the value.";

export const vaultRoutes = [
  route({
    method: "GET",
    url: "/v1/me/vault-key",
    tag: "Vaults",
    permission: "signed_in",
    action: "vault_key.read",
    summary: "Show my key for vaults, locked",
    answer: VaultKey,
    handle: async ({ house, principal }) => {
      // The locks were checked against this very schema when they came in.
      return (await readVaultKey(partsOf(house).pool, memberId(principal))) as Static<typeof VaultKey>;
    },
  }),
  route({
    method: "PUT",
    url: "/v1/me/vault-key",
    tag: "Vaults",
    permission: "signed_in",
    action: "vault_key.registered",
    summary: "Register my key for vaults, or change what unlocks it",
    description:
      "The private half comes sealed under a passphrase or a passkey; the server cannot open it. The public half goes into the audit log of each of your tenants.",
    body: VaultKeyPut,
    answer: null,
    handle: async ({ house, principal, body, by }) =>
      putVaultKey(partsOf(house), memberId(principal), body, by),
  }),
  route({
    method: "GET",
    url: "/v1/tenants/:tenant/vault-keys",
    tag: "Vaults",
    permission: "vaults.use",
    action: "vault_holders.read",
    summary: "List the public keys of members",
    params: { tenant: TENANT },
    answer: VaultHolders,
    handle: async ({ house, params }) => {
      const { id } = await findTenant(house, params.tenant);
      return { items: await readHolders(partsOf(house).pool, id) };
    },
  }),
  route({
    method: "GET",
    url: "/v1/tenants/:tenant/vaults",
    tag: "Vaults",
    permission: "vaults.use",
    action: "vaults.read",
    summary: "List the vaults that my key opens",
    params: { tenant: TENANT },
    answer: VaultList,
    handle: async ({ house, params, principal }) => {
      const vaults = await readVaults(partsOf(house).pool, await opener(house, params.tenant, principal));
      return { items: vaults.map(toApiVault) };
    },
  }),
  route({
    method: "GET",
    url: "/v1/tenants/:tenant/vault-overviews",
    tag: "Vaults",
    permission: "vaults.read",
    action: "vaults.read",
    summary: "List all vaults of a tenant with their holders and sizes, without anything sealed",
    params: { tenant: TENANT },
    answer: VaultOverviews,
    handle: async ({ house, params }) => {
      const { id } = await findTenant(house, params.tenant);
      const items = await readOverviews(partsOf(house).pool, id);
      return {
        items: items.map((item) => ({
          ...item,
          createdAt: item.createdAt.toISOString(),
          updatedAt: item.updatedAt.toISOString(),
        })),
      };
    },
  }),
  route({
    method: "POST",
    url: "/v1/tenants/:tenant/vaults",
    tag: "Vaults",
    permission: "vaults.use",
    action: "vault.created",
    summary: "Create a vault",
    params: { tenant: TENANT },
    body: VaultCreate,
    status: 201,
    answer: StoredVault,
    handle: async ({ house, params, principal, body, by }) => {
      const { id, ...input } = body;
      const who = await opener(house, params.tenant, principal);
      return toApiVault(await createVault(partsOf(house), who, id, input, by));
    },
  }),
  route({
    method: "GET",
    url: "/v1/tenants/:tenant/vaults/:vault",
    tag: "Vaults",
    permission: "vaults.use",
    action: "vault.read",
    summary: "Show a vault",
    params: { tenant: TENANT, vault: VAULT },
    answer: StoredVault,
    handle: async ({ house, params, principal }) => {
      const who = await opener(house, params.tenant, principal);
      return toApiVault(await readVault(partsOf(house).pool, who, params.vault));
    },
  }),
  route({
    method: "PUT",
    url: "/v1/tenants/:tenant/vaults/:vault",
    tag: "Vaults",
    permission: "vaults.use",
    action: "vault.changed",
    summary: "Change a vault: its name, its holders, its key",
    description:
      "Follows exactly the revision that was read. A holder leaves only together with the key: a new epoch.",
    params: { tenant: TENANT, vault: VAULT },
    body: VaultPut,
    answer: StoredVault,
    handle: async ({ house, params, principal, body, by }) => {
      const who = await opener(house, params.tenant, principal);
      return toApiVault(await changeVault(partsOf(house), who, params.vault, body, by));
    },
  }),
  route({
    method: "DELETE",
    url: "/v1/tenants/:tenant/vaults/:vault",
    tag: "Vaults",
    permission: "vaults.manage",
    action: "vault.deleted",
    summary: "Delete a vault with everything in it",
    params: { tenant: TENANT, vault: VAULT },
    answer: null,
    handle: async ({ house, params, by }) => {
      const { id } = await findTenant(house, params.tenant);
      await removeVault(partsOf(house), id, params.vault, by);
    },
  }),
  route({
    method: "GET",
    url: "/v1/tenants/:tenant/vaults/:vault/items",
    tag: "Vaults",
    permission: "vaults.use",
    action: "vault_items.read",
    summary: "List the values of a vault",
    params: { tenant: TENANT, vault: VAULT },
    query: VaultItemQuery,
    answer: VaultItemPage,
    handle: async ({ house, params, principal, query }) => {
      const who = await opener(house, params.tenant, principal);
      const { isStale = false, ...page } = query;
      const { rows, nextCursor } = await readPage(house, {
        list: "vault items",
        query: page,
        filters: [who.tenantId, params.vault, isStale],
        read: (limit, after: string | undefined) =>
          readItems(partsOf(house).pool, who, params.vault, {
            limit,
            isStale,
            ...(after === undefined ? {} : { after }),
          }),
        positionOf: (item) => item.id,
      });
      return {
        items: rows.map((item) => ({ ...item, updatedAt: item.updatedAt.toISOString() })),
        nextCursor,
      };
    },
  }),
  route({
    method: "GET",
    url: "/v1/tenants/:tenant/vaults/:vault/items/:item",
    tag: "Vaults",
    permission: "vaults.use",
    action: "vault_item.read",
    summary: "Show a sealed value",
    params: { tenant: TENANT, vault: VAULT, item: ITEM },
    answer: VaultItem,
    handle: async ({ house, params, principal }) => {
      const who = await opener(house, params.tenant, principal);
      const item = await readItem(partsOf(house).pool, who, params.vault, params.item);
      return { ...item, updatedAt: item.updatedAt.toISOString() };
    },
  }),
  route({
    method: "PUT",
    url: "/v1/tenants/:tenant/vaults/:vault/items/:item",
    tag: "Vaults",
    permission: "vaults.use",
    action: "vault_item.written",
    summary: "Keep a sealed value",
    params: { tenant: TENANT, vault: VAULT, item: ITEM },
    body: VaultItemPut,
    answer: VaultItem,
    handle: async ({ house, params, principal, body, by }) => {
      const who = await opener(house, params.tenant, principal);
      const at = { vaultId: params.vault, itemId: params.item };
      const item = await putItem(partsOf(house), who, at, body, by);
      return { ...item, updatedAt: item.updatedAt.toISOString() };
    },
  }),
  route({
    method: "DELETE",
    url: "/v1/tenants/:tenant/vaults/:vault/items/:item",
    tag: "Vaults",
    permission: "vaults.use",
    action: "vault_item.deleted",
    summary: "Delete a value",
    params: { tenant: TENANT, vault: VAULT, item: ITEM },
    answer: null,
    handle: async ({ house, params, principal, by }) => {
      const who = await opener(house, params.tenant, principal);
      await removeItem(partsOf(house), who, { vaultId: params.vault, itemId: params.item }, by);
    },
  }),
];

export function partsOf(house: House): VaultParts {
  return { pool: house.tenancy.internals.control, clock: house.clock };
}

/** Throws vault.members_only: staff and programs hold no keys. */
export function memberId(principal: Principal): string {
  if (principal.kind !== "user") throw vaultError("vault.members_only");
  return principal.id;
}

export async function opener(house: House, tenant: string, principal: Principal): Promise<Opener> {
  const { id } = await findTenant(house, tenant);
  return openerOf(partsOf(house), { tenantId: id, userId: memberId(principal) });
}

function toApiVault({ createdAt, updatedAt, ...vault }: Stored): Static<typeof StoredVault> {
  return {
    ...vault,
    grants: { ...vault.grants },
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}

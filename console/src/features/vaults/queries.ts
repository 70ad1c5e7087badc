import { request } from "../../api/client.ts";
import { getQuery } from "../../api/get-query.ts";
import type { VaultHolders, VaultOverviews, VaultRecovery } from "../../api/types.ts";

export function vaultsQuery(tenant: string) {
  return getQuery<VaultOverviews>(`/v1/tenants/${tenant}/vault-overviews`);
}

/** Who has a key for vaults; for members who use vaults themselves. */
export function holdersQuery(tenant: string) {
  return getQuery<VaultHolders>(`/v1/tenants/${tenant}/vault-keys`);
}

export function vaultRecoveryQuery(tenant: string) {
  return getQuery<VaultRecovery>(`/v1/tenants/${tenant}/vault-recovery`);
}

export function deleteVault(tenant: string, id: string): Promise<void> {
  return request("DELETE", `/v1/tenants/${tenant}/vaults/${id}`);
}

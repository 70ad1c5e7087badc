import { approveRecovery, readRecovery, requestRecovery, setRecovery } from "../../vaults/recovery.ts";
import { findTenant } from "../api-tenant.ts";
import { route } from "../route.ts";
import { VaultApproval, VaultRecovery, VaultRecoveryPut, VaultRecoveryRequested } from "../schemas/vaults.ts";
import { TENANT } from "./tenants.ts";
import { memberId, opener, partsOf } from "./vaults.ts";

export const vaultRecoveryRoutes = [
  route({
    method: "GET",
    url: "/v1/tenants/:tenant/vault-recovery",
    tag: "Vaults",
    permission: "vaults.use",
    action: "vault_recovery.read",
    summary: "Show the recovery key of a tenant's vaults, its holders and who asks for it",
    params: { tenant: TENANT },
    answer: VaultRecovery,
    handle: async ({ house, params, principal }) => {
      const { id: tenantId } = await findTenant(house, params.tenant);
      const recovery = await readRecovery(partsOf(house), { tenantId, userId: memberId(principal) });
      return {
        ...recovery,
        shares: { ...recovery.shares },
        createdAt: recovery.createdAt.toISOString(),
        requests: recovery.requests.map((request) => ({
          ...request,
          approvedBy: [...request.approvedBy],
          approvals: request.approvals && [...request.approvals],
          createdAt: request.createdAt.toISOString(),
          expiresAt: request.expiresAt.toISOString(),
        })),
      };
    },
  }),
  route({
    method: "PUT",
    url: "/v1/tenants/:tenant/vault-recovery",
    tag: "Vaults",
    permission: "vaults.manage",
    action: "vault_recovery.set",
    summary: "Set up the recovery key, in shares among administrators",
    description:
      "The private half was split by the client and is nowhere whole. Vaults become recoverable one by one, when somebody who opens them seals them to this key.",
    params: { tenant: TENANT },
    body: VaultRecoveryPut,
    answer: null,
    handle: async ({ house, params, principal, body, by }) => {
      const { id: tenantId } = await findTenant(house, params.tenant);
      await setRecovery(partsOf(house), { tenantId, userId: memberId(principal) }, body, by);
    },
  }),
  route({
    method: "POST",
    url: "/v1/tenants/:tenant/vault-recovery/requests",
    tag: "Vaults",
    permission: "vaults.use",
    action: "vault_recovery.requested",
    summary: "Ask the holders of shares for the recovery key",
    description:
      "For somebody who lost their key and registered a new one. The request ends after seven days.",
    params: { tenant: TENANT },
    status: 201,
    answer: VaultRecoveryRequested,
    handle: async ({ house, params, principal, by }) => {
      const { id: tenantId } = await findTenant(house, params.tenant);
      const who = { tenantId, userId: memberId(principal) };
      const { id, expiresAt } = await requestRecovery(partsOf(house), who, by);
      return { id, expiresAt: expiresAt.toISOString() };
    },
  }),
  route({
    method: "PUT",
    url: "/v1/tenants/:tenant/vault-recovery/requests/:request/approval",
    tag: "Vaults",
    permission: "vaults.use",
    action: "vault_recovery.approved",
    summary: "Give one's share to who asks",
    params: { tenant: TENANT, request: "Id of the request." },
    body: VaultApproval,
    answer: null,
    handle: async ({ house, params, principal, body, by }) => {
      const who = await opener(house, params.tenant, principal);
      await approveRecovery(partsOf(house), who, params.request, body, by);
    },
  }),
];

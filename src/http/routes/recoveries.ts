import { type Recovery as Listed, readRecoveries, refuseRecovery } from "../../identity/recovery.ts";
import { type Approved, approveRecovery } from "../../identity/recovery-approval.ts";
import { findTenant } from "../api-tenant.ts";
import { route } from "../route.ts";
import { RecoveryApproved, RecoveryList } from "../schemas/recoveries.ts";
import { toApiOwn } from "./sign-in-recovery.ts";

const TENANT = "Id, slug or domain of the tenant.";
const ID = "Id of the recovery.";
const APPROVAL =
  "One of two, by different people, neither of whom is the person. Needs a second factor of the last ten minutes (`session.step_up`); an API key cannot. With the last one the delay begins.";

export const recoveryRoutes = [
  route({
    method: "GET",
    url: "/v1/tenants/:tenant/recoveries",
    tag: "Members",
    permission: "members.manage",
    action: "recovery.read",
    summary: "List members who ask to come back without a second factor",
    description: "Open ones first; what is over stays for 90 days.",
    params: { tenant: TENANT },
    answer: RecoveryList,
    handle: async ({ house, params }) => {
      const { id } = await findTenant(house, params.tenant);
      return { items: (await readRecoveries(house.identity, id)).map(toApiRecovery) };
    },
  }),
  route({
    method: "POST",
    url: "/v1/tenants/:tenant/recoveries/:id/approve",
    tag: "Members",
    permission: "members.manage",
    action: "user.recovery_approved",
    summary: "Approve that a member comes back without a second factor",
    description: `${APPROVAL} Nobody approves for somebody who may more than they do.`,
    params: { tenant: TENANT, id: ID },
    answer: RecoveryApproved,
    handle: async ({ house, params, principal, by }) => {
      const { id: tenantId } = await findTenant(house, params.tenant);
      return toApiApproved(await approveRecovery(house.identity, { id: params.id, tenantId }, principal, by));
    },
  }),
  route({
    method: "POST",
    url: "/v1/tenants/:tenant/recoveries/:id/refuse",
    tag: "Members",
    permission: "members.manage",
    action: "user.recovery_cancelled",
    summary: "Refuse a member's recovery",
    description: "It is cancelled, whoever approved it; the person is told.",
    params: { tenant: TENANT, id: ID },
    answer: null,
    handle: async ({ house, params, by }) => {
      const { id: tenantId } = await findTenant(house, params.tenant);
      await refuseRecovery(house.identity, params.id, tenantId, by);
    },
  }),
  route({
    method: "GET",
    url: "/v1/recoveries",
    tag: "Users",
    permission: "users.read",
    action: "recovery.read",
    summary: "List people who ask to come back without a second factor",
    answer: RecoveryList,
    handle: async ({ house }) => ({
      items: (await readRecoveries(house.identity, null)).map(toApiRecovery),
    }),
  }),
  route({
    method: "POST",
    url: "/v1/recoveries/:id/approve",
    tag: "Users",
    permission: "users.manage",
    action: "user.recovery_approved",
    summary: "Approve, as staff, that a person comes back without a second factor",
    description: `${APPROVAL} A tenant can keep this to its own people (\`recoveryByOperators\`).`,
    params: { id: ID },
    answer: RecoveryApproved,
    handle: async ({ house, params, principal, by }) =>
      toApiApproved(await approveRecovery(house.identity, { id: params.id, tenantId: null }, principal, by)),
  }),
  route({
    method: "POST",
    url: "/v1/recoveries/:id/refuse",
    tag: "Users",
    permission: "users.manage",
    action: "user.recovery_cancelled",
    summary: "Refuse a person's recovery",
    params: { id: ID },
    answer: null,
    handle: async ({ house, params, by }) => refuseRecovery(house.identity, params.id, null, by),
  }),
];

function toApiRecovery(recovery: Listed) {
  const { id, userId, email, name, approvals, endedAt } = recovery;
  return {
    ...toApiOwn(recovery),
    id,
    userId,
    email,
    name,
    approvals: approvals.map((each) => ({ ...each, at: each.at.toISOString() })),
    endedAt: endedAt?.toISOString() ?? null,
  };
}

function toApiApproved({ status, readyAt }: Approved) {
  return { status, readyAt: readyAt?.toISOString() ?? null };
}

import { readDirectory } from "../../scim/directory.ts";
import { createToken, readTokens, revokeToken, type ScimToken as Token } from "../../scim/tokens.ts";
import { findTenant } from "../api-tenant.ts";
import { publicUrl } from "../public-url.ts";
import { route } from "../route.ts";
import { ScimDirectory, ScimTokenCreate, ScimTokenCreated, ScimTokenList } from "../schemas/scim.ts";

const TENANT = "Id, slug or domain of the tenant.";

export const scimTokenRoutes = [
  route({
    method: "GET",
    url: "/v1/tenants/:tenant/scim-directory",
    tag: "Provisioning",
    permission: "scim.read",
    action: "scim_directory.read",
    summary: "Show what the directory of a tenant brought",
    params: { tenant: TENANT },
    answer: ScimDirectory,
    handle: async ({ house, params }) => {
      const { id } = await findTenant(house, params.tenant);
      const { lastChanged, groups, ...counts } = await readDirectory(house.tenancy.internals.scim.parts, id);
      return {
        ...counts,
        lastChanged: lastChanged.map((user) => ({
          ...user,
          groups: [...user.groups],
          updatedAt: user.updatedAt.toISOString(),
        })),
        groups: groups.map((group) => ({
          ...group,
          roles: [...group.roles],
          updatedAt: group.updatedAt.toISOString(),
        })),
      };
    },
  }),
  route({
    method: "GET",
    url: "/v1/tenants/:tenant/scim-tokens",
    tag: "Provisioning",
    permission: "scim.read",
    action: "scim_token.read",
    summary: "List the SCIM tokens of a tenant, newest first",
    params: { tenant: TENANT },
    answer: ScimTokenList,
    handle: async ({ house, params, request }) => {
      const { id } = await findTenant(house, params.tenant);
      const items = (await readTokens(house.tenancy.internals.scim.parts, id)).map(toApi);
      return { items, baseUrl: `${publicUrl(house, request)}/scim/v2/${id}` };
    },
  }),
  route({
    method: "POST",
    url: "/v1/tenants/:tenant/scim-tokens",
    tag: "Provisioning",
    permission: "scim.manage",
    action: "scim.token_created",
    summary: "Create a SCIM token for the directory of a tenant",
    description:
      "Its holder may suspend and remove every member, so only owners make one. It is in this answer and nowhere else. To rotate, make a second one, enter it in the directory, and revoke the first.",
    isSecret: true,
    params: { tenant: TENANT },
    body: ScimTokenCreate,
    status: 201,
    answer: ScimTokenCreated,
    handle: async ({ house, params, body, by, principal, request }) => {
      const { id } = await findTenant(house, params.tenant);
      const { parts } = house.tenancy.internals.scim;
      const { token, ...made } = await createToken(parts, id, body, { ...by, principal });
      return { ...toApi(made), token, baseUrl: `${publicUrl(house, request)}/scim/v2/${id}` };
    },
  }),
  route({
    method: "DELETE",
    url: "/v1/tenants/:tenant/scim-tokens/:id",
    tag: "Provisioning",
    permission: "scim.manage",
    action: "scim.token_revoked",
    summary: "Revoke a SCIM token",
    params: { tenant: TENANT, id: "Id of the token, not the token itself." },
    answer: null,
    handle: async ({ house, params, by }) => {
      const { id } = await findTenant(house, params.tenant);
      await revokeToken(house.tenancy.internals.scim.parts, id, params.id, by);
    },
  }),
];

function toApi(token: Token) {
  return {
    id: token.id,
    name: token.name,
    createdAt: token.createdAt.toISOString(),
    createdBy: token.createdBy,
    lastUsedAt: token.lastUsedAt?.toISOString() ?? null,
    expiresAt: token.expiresAt?.toISOString() ?? null,
  };
}

import { X509Certificate } from "node:crypto";
import type { Static } from "typebox";
import { checkConnection } from "../../sso/check.ts";
import { type Connection, isDescribed } from "../../sso/connection.ts";
import {
  changeConnection,
  createConnection,
  readConnection,
  readConnections,
  removeConnection,
} from "../../sso/connections.ts";
import { addressesOf, startSignIn } from "../../sso/sign-in.ts";
import { findTenant } from "../api-tenant.ts";
import { isHttps } from "../authenticate.ts";
import { publicUrl } from "../public-url.ts";
import { route } from "../route.ts";
import {
  SsoChecks,
  SsoConnection,
  SsoConnectionChange,
  SsoConnectionCreate,
  SsoConnectionList,
  SsoStarted,
  SsoTestStart,
} from "../schemas/sso.ts";
import { ssoCookie } from "../sso-cookie.ts";

const TENANT = "Id, slug or domain of the tenant.";
const ID = "Id of the connection.";

export const ssoConnectionRoutes = [
  route({
    method: "GET",
    url: "/v1/tenants/:tenant/sso-connections",
    tag: "Single sign-on",
    permission: "sso.read",
    action: "sso_connection.read",
    summary: "List the SSO connections of a tenant",
    params: { tenant: TENANT },
    answer: SsoConnectionList,
    handle: async ({ house, params, request }) => {
      const { id } = await findTenant(house, params.tenant);
      const found = await readConnections(house.tenancy.internals.sso.parts, id);
      return { items: found.map((each) => toApi(each, publicUrl(house, request))) };
    },
  }),
  route({
    method: "POST",
    url: "/v1/tenants/:tenant/sso-connections",
    tag: "Single sign-on",
    permission: "sso.manage",
    action: "sso.connection_created",
    summary: "Connect an identity provider to a tenant",
    description:
      "It begins as a draft, which can be tested; activate it by PATCH. Its secret is never shown again.",
    params: { tenant: TENANT },
    body: SsoConnectionCreate,
    status: 201,
    answer: SsoConnection,
    handle: async ({ house, params, body, by, request }) => {
      const { id } = await findTenant(house, params.tenant);
      const made = await createConnection(house.tenancy.internals.sso.parts, id, body, by);
      return toApi(made, publicUrl(house, request));
    },
  }),
  route({
    method: "GET",
    url: "/v1/tenants/:tenant/sso-connections/:id",
    tag: "Single sign-on",
    permission: "sso.read",
    action: "sso_connection.read",
    summary: "Show an SSO connection",
    params: { tenant: TENANT, id: ID },
    answer: SsoConnection,
    handle: async ({ house, params, request }) => {
      const { id } = await findTenant(house, params.tenant);
      return toApi(
        await readConnection(house.tenancy.internals.sso.parts, id, params.id),
        publicUrl(house, request),
      );
    },
  }),
  route({
    method: "PATCH",
    url: "/v1/tenants/:tenant/sso-connections/:id",
    tag: "Single sign-on",
    permission: "sso.manage",
    action: "sso.connection_updated",
    summary: "Change, activate or disable an SSO connection",
    description:
      "Disabling ends every session that came from it. An active one signs owners in, too: only owners make it active, or change what of it is believed.",
    params: { tenant: TENANT, id: ID },
    body: SsoConnectionChange,
    answer: SsoConnection,
    handle: async ({ house, params, body, by, principal, request }) => {
      const { id } = await findTenant(house, params.tenant);
      const { parts } = house.tenancy.internals.sso;
      const changed = await changeConnection(parts, id, params.id, body, { ...by, principal });
      house.credentials.forget();
      return toApi(changed, publicUrl(house, request));
    },
  }),
  route({
    method: "DELETE",
    url: "/v1/tenants/:tenant/sso-connections/:id",
    tag: "Single sign-on",
    permission: "sso.manage",
    action: "sso.connection_removed",
    summary: "Remove an SSO connection",
    description: "Every session that came from it ends.",
    params: { tenant: TENANT, id: ID },
    answer: null,
    handle: async ({ house, params, by }) => {
      const { id } = await findTenant(house, params.tenant);
      await removeConnection(house.tenancy.internals.sso.parts, id, params.id, by);
      house.credentials.forget();
    },
  }),
  route({
    method: "GET",
    url: "/v1/tenants/:tenant/sso-connections/:id/checks",
    tag: "Single sign-on",
    permission: "sso.manage",
    action: "sso_connection.read",
    summary: "Check an SSO connection without signing in",
    description: "Asks the provider now, and tells each check with its outcome.",
    params: { tenant: TENANT, id: ID },
    answer: SsoChecks,
    handle: async ({ house, params, request }) => {
      const { id } = await findTenant(house, params.tenant);
      const { parts } = house.tenancy.internals.sso;
      const connection = await readConnection(parts, id, params.id);
      const checks = await checkConnection(parts, connection, publicUrl(house, request));
      return { isReady: checks.every(({ status }) => status !== "failed"), checks };
    },
  }),
  route({
    method: "POST",
    url: "/v1/tenants/:tenant/sso-connections/:id/test",
    tag: "Single sign-on",
    permission: "sso.manage",
    action: "sso.connection_tested",
    summary: "Begin a test sign-in through an SSO connection",
    description:
      "Works for a draft, too. `POST /v1/sign-in/sso/finish` then answers what the provider said, and opens no session.",
    isSecret: true,
    params: { tenant: TENANT, id: ID },
    body: SsoTestStart,
    isBodyOptional: true,
    status: 201,
    answer: SsoStarted,
    handle: async ({ house, params, body, by, request, reply }) => {
      const { id } = await findTenant(house, params.tenant);
      const { parts } = house.tenancy.internals.sso;
      const { id: connectionId } = await readConnection(parts, id, params.id);
      const input = { ...body, connectionId, purpose: "test", baseUrl: publicUrl(house, request) } as const;
      const { url, browserToken, expiresAt } = await startSignIn(parts, input, by);
      reply.header("set-cookie", ssoCookie(browserToken, expiresAt, isHttps(request)));
      return { url };
    },
  }),
];

function toApi(connection: Connection, baseUrl: string): Static<typeof SsoConnection> {
  const { id, kind, name, provider, status, mapping, createdAt, createdBy, updatedAt } = connection;
  return {
    id,
    kind,
    name,
    provider,
    status,
    isDescribed: isDescribed(connection),
    oidc:
      connection.kind === "oidc"
        ? { ...connection.settings, scopes: [...connection.settings.scopes], hasSecret: connection.hasSecret }
        : null,
    saml: connection.kind === "saml" ? samlOf(connection) : null,
    mapping,
    addresses: addressesOf(baseUrl, id),
    createdAt: createdAt.toISOString(),
    createdBy,
    updatedAt: updatedAt.toISOString(),
  };
}

function samlOf({ settings, refreshedAt }: Connection & { readonly kind: "saml" }) {
  return {
    ...settings,
    certificates: settings.certificates.map((pem) => {
      const { fingerprint256: sha256, validFromDate, validToDate } = new X509Certificate(pem);
      return { sha256, notBefore: validFromDate.toISOString(), notAfter: validToDate.toISOString() };
    }),
    refreshedAt: refreshedAt?.toISOString() ?? null,
  };
}

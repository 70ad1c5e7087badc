import { call } from "./api.ts";
import type { Platform } from "./platform.ts";

let count = 0;

export interface Directory {
  readonly tenantId: string;
  readonly token: string;
  send<T = Resource>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<{ status: number; body: T; headers: Headers; text: string }>;
}

export interface Resource {
  id: string;
  active: boolean;
  userName: string;
  scimType?: string;
  totalResults: number;
  Resources: Resource[];
  members: { value: string }[];
  groups?: { display: string }[];
  meta: { version: string; location: string };
}

/** A directory of a new tenant with a proven domain, unless a token or a tenant is given. */
export async function openDirectory(platform: Platform, token?: string, tenant?: string): Promise<Directory> {
  count += 1;
  const tenantId =
    tenant ??
    (await call<{ id: string }>(platform, "POST", "/v1/tenants", { body: { name: `Scim ${count}` } })).body
      .id;
  if (tenant === undefined) await proveDomain(platform, tenantId, "studio.example.com");
  const key =
    token ??
    (
      await call<{ token: string }>(platform, "POST", `/v1/tenants/${tenantId}/scim-tokens`, {
        body: { name: "Entra" },
      })
    ).body.token;
  return {
    tenantId,
    token: key,
    send: (method, path, body, headers = {}) =>
      call(platform, method, `/scim/v2/${tenantId}${path}`, {
        key: null,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        headers: {
          authorization: `Bearer ${key}`,
          ...(body === undefined ? {} : { "content-type": "application/scim+json" }),
          ...headers,
        },
      }),
  };
}

/** Whom a resource of the directory is. */
export async function userOf(platform: Platform, tenantId: string, id: string): Promise<string> {
  const { rows } = await platform.tenancy.internals.control.query<{ user_id: string }>(
    "select user_id from tenancy.scim_users where tenant_id = $1 and id = $2",
    [tenantId, id],
  );
  return rows[0]?.user_id as string; // both are of this test's own making
}

/** As if DNS had said so. */
async function proveDomain(platform: Platform, tenantId: string, domain: string): Promise<void> {
  await platform.tenancy.internals.control.query(
    `insert into tenancy.sso_domains (tenant_id, domain, challenge, verified_at, created_at)
     values ($1, $2, 'x', now(), now()) on conflict do nothing`,
    [tenantId, domain],
  );
}

export const person = (name: string) => ({
  schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
  userName: `${name}@studio.example.com`,
  externalId: `ext-${name}`,
  name: { givenName: name, familyName: "Smith" },
  emails: [{ type: "work", primary: true, value: `${name}@studio.example.com` }],
  active: true,
});

export const patch = (...Operations: unknown[]) => ({
  schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
  Operations,
});

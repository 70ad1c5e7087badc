import { notFound } from "../scim/fault.ts";
import { PAGE_MAX } from "../scim/list.ts";
import type { JsonObject } from "../scim/matches.ts";
import { ENTERPRISE_SCHEMA, GROUP_SCHEMA, LIST_SCHEMA, SCHEMAS, USER_SCHEMA } from "../scim/schema.ts";

const SCHEMA_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Schema";
const TYPE_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:ResourceType";
const CONFIG_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";

/** What the server can do (RFC 7643, sections 5 to 7). Throws ScimFault 404. */
export function discoveryDocument(path: string, id: string | undefined, baseUrl: string): JsonObject {
  if (path === "/ServiceProviderConfig") return serviceProviderConfig(baseUrl);
  const all = path === "/Schemas" ? schemas(baseUrl) : resourceTypes(baseUrl);
  if (id === undefined) {
    return {
      schemas: [LIST_SCHEMA],
      totalResults: all.length,
      startIndex: 1,
      itemsPerPage: all.length,
      Resources: all,
    };
  }
  const found = all.find((each) => each["id"] === id);
  if (!found) throw notFound();
  return found;
}

function serviceProviderConfig(baseUrl: string): JsonObject {
  return {
    schemas: [CONFIG_SCHEMA],
    patch: { supported: true },
    bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
    filter: { supported: true, maxResults: PAGE_MAX },
    changePassword: { supported: false },
    sort: { supported: false },
    etag: { supported: true },
    authenticationSchemes: [
      {
        type: "oauthbearertoken",
        name: "Bearer token",
        description: "A token of the tenant, made in its settings; it can be rotated.",
        primary: true,
      },
    ],
    meta: { resourceType: "ServiceProviderConfig", location: `${baseUrl}/ServiceProviderConfig` },
  };
}

function schemas(baseUrl: string): JsonObject[] {
  return SCHEMAS.map((schema) => ({
    schemas: [SCHEMA_SCHEMA],
    ...(schema as unknown as JsonObject), // plain data
    meta: { resourceType: "Schema", location: `${baseUrl}/Schemas/${schema.id}` },
  }));
}

function resourceTypes(baseUrl: string): JsonObject[] {
  const type = (
    name: string,
    endpoint: string,
    schema: string,
    schemaExtensions: JsonObject[],
  ): JsonObject => ({
    schemas: [TYPE_SCHEMA],
    id: name,
    name,
    endpoint,
    schema,
    schemaExtensions,
    meta: { resourceType: "ResourceType", location: `${baseUrl}/ResourceTypes/${name}` },
  });
  return [
    type("User", "/Users", USER_SCHEMA, [{ schema: ENTERPRISE_SCHEMA, required: false }]),
    type("Group", "/Groups", GROUP_SCHEMA, []),
  ];
}

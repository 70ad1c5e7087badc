import type { TSchema } from "typebox";
import { isPermission } from "../access/permissions.ts";
import { IDEMPOTENCY_KEY_CHARACTERS_MAX } from "./limits.ts";
import { type Route, TAGS } from "./route.ts";
import { Problem } from "./schemas/common.ts";

/** JSON as it stands in the document. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type JsonObject = Readonly<Record<string, Json>>;

const DESCRIPTION = `The API of Tenancy, which the console and the CLI use too.

Every call needs a credential: \`Authorization: Bearer ten_…\` with an API key, or the session cookie of the console.
Errors are problem documents (RFC 9457) with a stable \`code\`; all faults of an input are told at once in \`errors\`.
Lists are read page by page: send \`nextCursor\` back as \`cursor\` with the same filters. A POST with an
\`Idempotency-Key\` is done once, however often it is repeated within a day.`;

/** The OpenAPI 3.1 document of these routes. Schemas with a title become components of that name. */
export function renderOpenApi(routes: readonly Route[], version: string): JsonObject {
  const components = new Components();
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes) {
    const path = route.url.replace(/:(\w+)/g, "{$1}");
    paths[path] ??= {};
    paths[path][route.method.toLowerCase()] = operation(route, components);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Tenancy",
      version,
      description: DESCRIPTION,
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    tags: TAGS.map((name) => ({ name })),
    security: [{ apiKey: [] }, { session: [] }],
    paths,
    components: {
      schemas: components.sorted(),
      securitySchemes: {
        apiKey: { type: "http", scheme: "bearer", description: "An API key, `ten_…`." },
        session: {
          type: "apiKey",
          in: "cookie",
          name: "tenancy_session",
          description: "Set by POST /v1/sessions; `__Host-tenancy_session` with HTTPS.",
        },
      },
    },
  };
}

function operation(route: Route, components: Components): Json {
  const parameters = [...pathParameters(route), ...queryParameters(route, components), ...headers(route)];
  const answer = route.answer && components.refer(route.answer);
  return {
    operationId: operationId(route),
    tags: [route.tag],
    summary: route.summary,
    ...(route.description ? { description: route.description } : {}),
    ...(route.isPublic ? { security: [] } : {}),
    ...(isPermission(route.permission) ? { "x-permission": route.permission } : {}),
    ...(route.action ? { "x-audit-action": route.action } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(route.body
      ? { requestBody: { required: !route.isBodyOptional, content: json(components.refer(route.body)) } }
      : {}),
    responses: {
      ...(route.isFile ? FILE_ANSWERS : { [route.status]: done(answer) }),
      default: {
        description: "Refused or failed; `code` tells why.",
        content: { "application/problem+json": { schema: components.refer(Problem) } },
      },
    },
  };
}

function done(answer: Json): Json {
  return answer
    ? { description: "Done.", content: json(answer) }
    : { description: "Done; nothing is answered." };
}

const BYTES = { "application/octet-stream": { schema: { type: "string", format: "binary" } } };
const FILE_ANSWERS = {
  200: { description: "The file, in the type that it was stored with.", content: BYTES },
  206: { description: "The part that `Range` asks for.", content: BYTES },
  304: { description: "The caller has it: `If-None-Match` names its `ETag`." },
  416: { description: "`Range` begins beyond the end." },
};

/** getTenantsByTenantUsage */
function operationId({ method, url }: Route): string {
  const words = url
    .replace(/^\/v1/, "")
    .replace(/:/g, "by-")
    .split(/[/-]/)
    .filter((word) => word !== "");
  return method.toLowerCase() + words.map((word) => word[0]?.toUpperCase() + word.slice(1)).join("");
}

function pathParameters(route: Route): Json[] {
  return [...route.url.matchAll(/:(\w+)/g)].map(([, name = ""]) => ({
    name,
    in: "path",
    required: true,
    description: route.params[name] ?? "",
    schema: { type: "string" },
  }));
}

function queryParameters(route: Route, components: Components): Json[] {
  const required = (route.query?.required ?? []) as readonly string[];
  return Object.entries(route.query?.properties ?? {}).map(([name, schema]) => {
    // A TypeBox schema is a JSON object.
    const { description, ...rest } = components.refer(schema) as { [key: string]: Json };
    return {
      name,
      in: "query",
      ...(description === undefined ? {} : { description }),
      ...(required.includes(name) ? { required: true } : {}),
      schema: rest,
    };
  });
}

function headers(route: Route): Json[] {
  if (route.method !== "POST" || route.isPublic) return [];
  return [
    {
      name: "Idempotency-Key",
      in: "header",
      description: "One per intent, such as a UUID; a repeat is answered without doing it again.",
      schema: { type: "string", minLength: 1, maxLength: IDEMPOTENCY_KEY_CHARACTERS_MAX },
    },
  ];
}

function json(schema: Json): Json {
  return { "application/json": { schema } };
}

class Components {
  readonly #schemas = new Map<string, Json>();

  /** The schema as JSON, with a reference in place of each part that has a title. */
  refer(schema: TSchema): Json {
    return this.#walk(JSON.parse(JSON.stringify(schema)) as Json);
  }

  sorted(): JsonObject {
    return Object.fromEntries([...this.#schemas].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #walk(node: Json): Json {
    if (Array.isArray(node)) return node.map((each: Json) => this.#walk(each));
    if (typeof node !== "object" || node === null) return node;
    const { title, ...rest } = node as JsonObject;
    const walked = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, this.#walk(value)]));
    // A property may be called title: then it is a schema, not a name.
    if (typeof title !== "string")
      return title === undefined ? walked : { title: this.#walk(title), ...walked };
    const known = this.#schemas.get(title);
    if (known && JSON.stringify(known) !== JSON.stringify(walked)) {
      throw new Error(`Two schemas are titled ${title}.`);
    }
    this.#schemas.set(title, walked);
    return { $ref: `#/components/schemas/${title}` };
  }
}

import { createApiKey, type ApiKey as Key, readApiKeys, revokeApiKey } from "../../identity/api-keys.ts";
import { route } from "../route.ts";
import { ApiKeyCreate, ApiKeyCreated, ApiKeyList } from "../schemas/operators.ts";

export const apiKeyRoutes = [
  route({
    method: "GET",
    url: "/v1/api-keys",
    tag: "API keys",
    permission: "platform_keys.read",
    action: "api_key.read",
    summary: "List the API keys, newest first",
    answer: ApiKeyList,
    handle: async ({ house }) => ({ items: (await readApiKeys(house.operators.pool)).map(toApiKey) }),
  }),
  route({
    method: "POST",
    url: "/v1/api-keys",
    tag: "API keys",
    permission: "platform_keys.manage",
    action: "api_key.created",
    summary: "Create an API key",
    description:
      "The key is in this answer and nowhere else. It is not stored in clear, so a repeated Idempotency-Key creates no second key and gets `request.secret_shown_once`.",
    isSecret: true,
    body: ApiKeyCreate,
    status: 201,
    answer: ApiKeyCreated,
    handle: async ({ house, body, by }) => {
      const { key, ...created } = await createApiKey(house.operators, body, by);
      return { ...toApiKey(created), key };
    },
  }),
  route({
    method: "DELETE",
    url: "/v1/api-keys/:id",
    tag: "API keys",
    permission: "platform_keys.manage",
    action: "api_key.revoked",
    summary: "Revoke an API key",
    description: "It is refused within a second on every process.",
    params: { id: "Id of the key, not the key itself." },
    answer: null,
    handle: async ({ house, params, by }) => {
      await revokeApiKey(house.operators.pool, params.id, by);
      house.credentials.forget();
    },
  }),
];

function toApiKey(key: Key) {
  return {
    id: key.id,
    name: key.name,
    prefix: key.prefix,
    createdAt: key.createdAt.toISOString(),
    lastUsedAt: key.lastUsedAt?.toISOString() ?? null,
    expiresAt: key.expiresAt?.toISOString() ?? null,
  };
}

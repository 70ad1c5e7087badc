import { request } from "../../api/client.ts";
import { getQuery } from "../../api/get-query.ts";
import type { ApiKeyCreate, ApiKeyCreated, ApiKeyList } from "../../api/types.ts";

export const apiKeyTouches = ["/v1/api-keys", "/v1/events"];

export const apiKeysQuery = getQuery<ApiKeyList>("/v1/api-keys");

export function createApiKey(body: ApiKeyCreate, idempotencyKey: string): Promise<ApiKeyCreated> {
  return request("POST", "/v1/api-keys", { body, idempotencyKey });
}

export function revokeApiKey(id: string): Promise<void> {
  return request("DELETE", `/v1/api-keys/${id}`);
}

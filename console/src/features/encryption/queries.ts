import { queryOptions } from "@tanstack/react-query";
import { request } from "../../api/client.ts";
import { getQuery } from "../../api/get-query.ts";
import { pollMs } from "../../api/limits.ts";
import type { Encryption, EncryptionKeyList, KeyRotation } from "../../api/types.ts";

export const encryptionQuery = getQuery<Encryption>("/v1/encryption");

/** What a rotation changes. */
export const keyTouches = ["/v1/encryption", "/v1/tenants"];

export function tenantKeysQuery(tenant: string) {
  return queryOptions({
    ...getQuery<EncryptionKeyList>(`/v1/tenants/${tenant}/keys`),
    // Values move to the new keys in the background: their counts go down while one looks.
    refetchInterval: ({ state }) =>
      state.data?.items.some(({ status, values }) => status === "superseded" && values !== 0)
        ? 2 * pollMs
        : false,
  });
}

export function rotateKeys(tenant: string, idempotencyKey: string): Promise<KeyRotation> {
  return request("POST", `/v1/tenants/${tenant}/keys/rotate`, { idempotencyKey });
}

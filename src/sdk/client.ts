import createFetchClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./types.gen.ts";

export type { components, paths };

export interface ClientOptions {
  /** Such as `https://tenancy.example.com`. */
  readonly baseUrl: string;
  /** `ten_…`; without it only the routes that are open to all answer. */
  readonly apiKey?: string;
  /** Default: the global fetch. */
  readonly fetch?: (request: Request) => Promise<Response>;
}

/**
 * A client of the API, typed by its OpenAPI document. A refusal is `error`, a problem document whose `code` is
 * stable; only a server that cannot be reached throws.
 *
 * @example
 * const api = createClient({ baseUrl: "http://127.0.0.1:7007", apiKey: process.env.TENANCY_API_KEY });
 * const { data, error } = await api.POST("/v1/tenants", { body: { name: "Studio One", plan: "premium" } });
 */
export function createClient({ baseUrl, apiKey, fetch }: ClientOptions): Client<paths> {
  return createFetchClient<paths>({
    baseUrl: baseUrl.replace(/\/$/, ""),
    headers: apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` },
    ...(fetch ? { fetch } : {}),
  });
}

export {
  type Checkpoint,
  cosignedAt,
  openCheckpoint,
  parseVerifierKey,
  type VerifierKey,
} from "./audit/note.ts";
export {
  type ProofFault,
  type ProofVerdict,
  type RecordProof,
  verifyGrowth,
  verifyRecordProof,
} from "./audit/record-proof.ts";
export type { Bytes } from "./vault/bytes.ts";
export type { MemberKeyRecord, PasskeyPrf, PublicMemberKey } from "./vault/member-key.ts";
export { MemberKey } from "./vault/member-key.ts";
export {
  OpenVault,
  openVaults,
  type Secret,
  setUpVaultKey,
  type VaultClientOptions,
  VaultRefusal,
  Vaults,
} from "./vault/vault-client.ts";
export { VaultError, type VaultErrorCode } from "./vault/vault-error.ts";

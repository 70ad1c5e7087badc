import { CUSTODIAN_TIMEOUT_MS } from "./limits.ts";
import { type Custodian, CustodianRefusal } from "./ports.ts";
import { encodeContext } from "./scope.ts";

export interface VaultOptions {
  /** Such as https://vault.example.com:8200. */
  readonly address: string;
  /** Where the engine is mounted. */
  readonly mount: string;
  /** Name of a key of type aes256-gcm96. */
  readonly keyName: string;
  readonly token: string;
  readonly namespace?: string | undefined;
}

/**
 * A key of the transit engine of HashiCorp Vault or OpenBao as custodian (HTTP API: transit/encrypt, transit/decrypt).
 * Our context goes along as associated data.
 */
export class VaultCustodian implements Custodian {
  readonly id: string;
  readonly #options: VaultOptions;

  constructor(options: VaultOptions) {
    this.id = `vault:${new URL(options.address).host}/${options.mount}/${options.keyName}`;
    this.#options = options;
  }

  async wrap(context: readonly string[], key: Buffer): Promise<Buffer> {
    const { ciphertext } = await this.#call("encrypt", context, { plaintext: key.toString("base64") });
    if (typeof ciphertext !== "string") throw new Error("Vault answers without a ciphertext");
    return Buffer.from(ciphertext, "utf8");
  }

  async unwrap(context: readonly string[], wrapped: Buffer): Promise<Buffer> {
    const { plaintext } = await this.#call("decrypt", context, { ciphertext: wrapped.toString("utf8") });
    if (typeof plaintext !== "string") throw new Error("Vault answers without a plaintext");
    return Buffer.from(plaintext, "base64");
  }

  async #call(verb: string, context: readonly string[], input: object): Promise<Record<string, unknown>> {
    const { address, mount, keyName, token, namespace } = this.#options;
    const path = [...mount.split("/"), verb, keyName].map(encodeURIComponent).join("/");
    const response = await fetch(new URL(`/v1/${path}`, address), {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "x-vault-token": token,
        "x-vault-request": "true",
        ...(namespace ? { "x-vault-namespace": namespace } : {}),
      },
      body: JSON.stringify({ ...input, associated_data: encodeContext(context).toString("base64") }),
      redirect: "error",
      signal: AbortSignal.timeout(CUSTODIAN_TIMEOUT_MS),
    });
    const answer = (await response.json().catch(() => ({}))) as { data?: Record<string, unknown> };
    if (response.ok) return answer.data ?? {};
    // 400: the key or the ciphertext is not there or does not fit; 403: no permission; 404: no such engine.
    if ([400, 403, 404].includes(response.status))
      throw new CustodianRefusal(`Vault answers ${response.status}.`);
    throw new Error(`Vault answers ${response.status}`);
  }
}

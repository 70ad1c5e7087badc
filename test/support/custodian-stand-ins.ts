/**
 * Stand-ins for the keepers of customers' keys, by the wire formats of their documentation: AWS KMS (JSON 1.1,
 * Signature Version 4 checked by AWS' own signer) and the transit engine of Vault. Keys can be disabled, and the
 * server can be made to fall silent.
 */
import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { SignatureV4 } from "@smithy/signature-v4";

export interface StandIn extends AsyncDisposable {
  readonly url: string;
  /** Requests that were answered well. */
  readonly calls: { verb: string; context: unknown }[];
  isEnabled: boolean;
  isSilent: boolean;
}

type Answer = [status: number, body: unknown];

async function serve(
  state: { isSilent: boolean },
  handle: (request: IncomingMessage, body: string) => Promise<Answer>,
): Promise<{ url: string; close: () => Promise<void> }> {
  const server = createServer((request, response: ServerResponse) => {
    if (state.isSilent) return void request.socket.destroy();
    void text(request)
      .then((body) => handle(request, body))
      .catch((error: Error): Answer => [500, { errors: [error.message] }])
      .then(([status, body]) => {
        response.writeHead(status, { "content-type": "application/json" });
        response.end(JSON.stringify(body));
      });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function seal(key: Buffer, aad: Buffer, plain: Buffer): Buffer {
  const iv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, iv).setAAD(aad);
  return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function open(key: Buffer, aad: Buffer, sealed: Buffer): Buffer | undefined {
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, 12));
    decipher.setAAD(aad).setAuthTag(sealed.subarray(-16));
    return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]);
  } catch {
    return undefined;
  }
}

export const KMS_KEY = "0e6f8a3c-1111-4222-8333-444455556666";
export const KMS_CREDENTIALS = { AWS_ACCESS_KEY_ID: "AKIDSTANDIN", AWS_SECRET_ACCESS_KEY: "stand-in-secret" };

export async function startKms(): Promise<StandIn> {
  const key = randomBytes(32);
  const state = { isEnabled: true, isSilent: false, calls: [] as StandIn["calls"] };
  const fail = (type: string): Answer => [400, { __type: type, message: `${type} of the stand-in` }];
  const server = await serve(state, async (request, body) => {
    if (!(await isSignedByAws(request, body))) return fail("InvalidSignatureException");
    const verb = String(request.headers["x-amz-target"]).replace("TrentService.", "");
    const input = JSON.parse(body) as {
      KeyId?: string;
      Plaintext?: string;
      CiphertextBlob?: string;
      EncryptionContext?: Record<string, string>;
    };
    if (input.KeyId !== KMS_KEY) return fail("NotFoundException");
    if (!state.isEnabled) return fail("DisabledException");
    const context = input.EncryptionContext ?? {};
    const aad = Buffer.from(JSON.stringify(Object.entries(context).sort()));
    state.calls.push({ verb, context });
    if (verb === "Encrypt") {
      const CiphertextBlob = seal(key, aad, Buffer.from(input.Plaintext ?? "", "base64")).toString("base64");
      return [200, { CiphertextBlob, KeyId: KMS_KEY, EncryptionAlgorithm: "SYMMETRIC_DEFAULT" }];
    }
    if (verb !== "Decrypt") return fail("UnknownOperationException");
    const plain = open(key, aad, Buffer.from(input.CiphertextBlob ?? "", "base64"));
    return plain
      ? [200, { Plaintext: plain.toString("base64"), KeyId: KMS_KEY }]
      : fail("InvalidCiphertextException");
  });
  return Object.assign(state, { url: server.url, [Symbol.asyncDispose]: server.close });
}

class Sha256 {
  readonly #hash;

  constructor(secret?: Uint8Array | string) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", secret);
  }

  update(data: Uint8Array | string): void {
    this.#hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
}

/** Signs the request again with AWS' own implementation, and compares. */
async function isSignedByAws(request: IncomingMessage, body: string): Promise<boolean> {
  const signer = new SignatureV4({
    service: "kms",
    region: "eu-west-1",
    credentials: {
      accessKeyId: KMS_CREDENTIALS.AWS_ACCESS_KEY_ID,
      secretAccessKey: KMS_CREDENTIALS.AWS_SECRET_ACCESS_KEY,
    },
    sha256: Sha256 as never,
    applyChecksum: false,
  });
  const given = String(request.headers.authorization);
  const names = /SignedHeaders=([^,]*)/.exec(given)?.[1]?.split(";") ?? [];
  const headers = Object.fromEntries(names.map((name) => [name, String(request.headers[name])]));
  const date = String(headers["x-amz-date"]).replace(/^(....)(..)(..)T(..)(..)(..)Z$/, "$1-$2-$3T$4:$5:$6Z");
  const signed = await signer.sign(
    { method: "POST", protocol: "https:", hostname: "", path: "/", query: {}, headers, body },
    { signingDate: new Date(date) },
  );
  return signed.headers["authorization"] === given;
}

export const VAULT_TOKEN = "hvs.stand-in";

export async function startVault(): Promise<StandIn> {
  const key = randomBytes(32);
  const state = { isEnabled: true, isSilent: false, calls: [] as StandIn["calls"] };
  const fail = (status: number, error: string): Answer => [status, { errors: [error] }];
  const server = await serve(state, async (request, body) => {
    const [, verb, name] = /^\/v1\/transit\/(encrypt|decrypt)\/([a-z-]+)$/.exec(request.url ?? "") ?? [];
    if (request.headers["x-vault-token"] !== VAULT_TOKEN || !state.isEnabled)
      return fail(403, "permission denied");
    if (name !== "tenant-key" || request.method !== "POST") return fail(404, "no handler for route");
    const input = JSON.parse(body) as { plaintext?: string; ciphertext?: string; associated_data?: string };
    const aad = Buffer.from(input.associated_data ?? "", "base64");
    state.calls.push({ verb: String(verb), context: aad.toString("latin1") });
    if (verb === "encrypt") {
      const sealed = seal(key, aad, Buffer.from(input.plaintext ?? "", "base64"));
      return [200, { data: { ciphertext: `vault:v1:${sealed.toString("base64")}`, key_version: 1 } }];
    }
    const plain = open(key, aad, Buffer.from((input.ciphertext ?? "").replace("vault:v1:", ""), "base64"));
    if (!plain) return fail(400, "cipher: message authentication failed");
    return [200, { data: { plaintext: plain.toString("base64") } }];
  });
  return Object.assign(state, { url: server.url, [Symbol.asyncDispose]: server.close });
}

import { createHash, createSign, generateKeyPairSync, randomBytes } from "node:crypto";
import { isoCBOR } from "@simplewebauthn/server/helpers";

interface Credential {
  readonly id: Buffer;
  readonly privateKey: ReturnType<typeof generateKeyPairSync>["privateKey"];
  readonly userHandle: string;
}

/** A passkey provider in software (ES256, no attestation), for tests without a browser. */
export class Authenticator {
  readonly #credentials: Credential[] = [];
  /** Of the page that asks. */
  origin: string;
  /** That page stands in a frame of another site's. */
  isFramed = false;
  /** Grows with each use; 0 stays 0, as synced passkeys have it. */
  counter = 0;

  constructor(origin: string) {
    this.origin = origin;
  }

  create(options: { challenge: string; rp: { id?: string }; user: { id: string } }) {
    const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const jwk = publicKey.export({ format: "jwk" });
    const id = randomBytes(16);
    this.#credentials.push({ id, privateKey, userHandle: options.user.id });
    const key = new Map<number, number | Uint8Array>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, bytes(jwk.x as string)],
      [-3, bytes(jwk.y as string)],
    ]);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(id.length);
    const authData = Buffer.concat([
      this.#authData(options.rp.id ?? "", 0x45),
      Buffer.alloc(16),
      length,
      id,
      Buffer.from(isoCBOR.encode(key)),
    ]);
    const attestation = new Map<string, unknown>([
      ["fmt", "none"],
      ["attStmt", new Map()],
      ["authData", new Uint8Array(authData)],
    ]);
    return {
      id: id.toString("base64url"),
      rawId: id.toString("base64url"),
      type: "public-key" as const,
      clientExtensionResults: {},
      response: {
        clientDataJSON: this.#clientData("webauthn.create", options.challenge).toString("base64url"),
        attestationObject: Buffer.from(isoCBOR.encode(attestation as Map<string, never>)).toString(
          "base64url",
        ),
        transports: ["internal"],
      },
    };
  }

  get(options: { challenge: string; rpId?: string }, input: { isVerified?: boolean } = {}) {
    const credential = this.#credentials.at(-1);
    if (!credential) throw new Error("No passkey was made.");
    if (this.counter > 0) this.counter += 1;
    const authData = this.#authData(options.rpId ?? "", input.isVerified === false ? 0x01 : 0x05);
    const clientData = this.#clientData("webauthn.get", options.challenge);
    const signed = Buffer.concat([authData, createHash("sha256").update(clientData).digest()]);
    return {
      id: credential.id.toString("base64url"),
      rawId: credential.id.toString("base64url"),
      type: "public-key" as const,
      clientExtensionResults: {},
      response: {
        clientDataJSON: clientData.toString("base64url"),
        authenticatorData: authData.toString("base64url"),
        signature: createSign("sha256").update(signed).sign(credential.privateKey).toString("base64url"),
        userHandle: credential.userHandle,
      },
    };
  }

  #authData(rpId: string, flags: number): Buffer {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(this.counter);
    return Buffer.concat([createHash("sha256").update(rpId).digest(), Buffer.from([flags]), counter]);
  }

  #clientData(type: string, challenge: string): Buffer {
    return Buffer.from(JSON.stringify({ type, challenge, origin: this.origin, crossOrigin: this.isFramed }));
  }
}

function bytes(base64url: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64url, "base64url"));
}

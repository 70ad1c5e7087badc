import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from "node:crypto";

/**
 * Keys derived from the installation's root key (`TENANT_ENCRYPTION_KEY`) by HKDF-SHA-256 (RFC 5869), one per
 * purpose, so that no key serves two ends.
 */
export class RootKey {
  readonly #root: Buffer;

  /** @param root 32 random bytes. */
  constructor(root: Buffer) {
    if (root.length !== 32) throw new RangeError(`Expected a root key of 32 bytes, got ${root.length}.`);
    this.#root = root;
  }

  derive(purpose: string): Buffer {
    return Buffer.from(hkdfSync("sha256", this.#root, Buffer.alloc(0), `tenancy:${purpose}`, 32));
  }

  /** A password of our own making for a login role; the same on every process, stored nowhere. */
  password(role: string): string {
    return createHmac("sha256", this.derive("role-password")).update(role).digest("base64url");
  }

  /** Seals a small secret with AES-256-GCM; `context` must be the same to open it. */
  seal(context: string, secret: string): Buffer {
    const iv = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", this.derive("secrets"), iv).setAAD(Buffer.from(context));
    const body = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
    return Buffer.concat([Buffer.from([1]), iv, cipher.getAuthTag(), body]);
  }

  open(context: string, sealed: Buffer): string {
    const decipher = createDecipheriv("aes-256-gcm", this.derive("secrets"), sealed.subarray(1, 13))
      .setAAD(Buffer.from(context))
      .setAuthTag(sealed.subarray(13, 29));
    return Buffer.concat([decipher.update(sealed.subarray(29)), decipher.final()]).toString("utf8");
  }
}

import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from "@hpke/core";
import { type Bytes, encodeContext, fromBase64url, randomBytes, toBase64url, toUtf8 } from "./bytes.ts";
import { open, seal } from "./seal.ts";
import { VaultError } from "./vault-error.ts";

/** HPKE (RFC 9180): DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM, base mode. */
const suite = () =>
  new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });

/** OWASP Password Storage Cheat Sheet, PBKDF2-HMAC-SHA256. */
const PBKDF2_ITERATIONS = 600_000;
/** A server that asks for fewer wants to guess. */
const PBKDF2_ITERATIONS_MIN = 100_000;
const PBKDF2_ITERATIONS_MAX = 10_000_000;
export const PASSPHRASE_CHARACTERS_MIN = 12;

/** How its owner gets at the private key. The server keeps these; it can open none of them. */
export type Lock =
  | {
      readonly kind: "passphrase";
      readonly salt: string;
      readonly iterations: number;
      readonly sealed: string;
    }
  /** Under the PRF output of a passkey (WebAuthn level 3, `prf` extension) for this salt. */
  | {
      readonly kind: "passkey";
      readonly credentialId: string;
      readonly salt: string;
      readonly sealed: string;
    };

/** What the server knows of a person's key: the public half, and the private half under locks. */
export interface MemberKeyRecord {
  readonly userId: string;
  /** SHA-256 of the public key, base64url: names it, and is what two people compare. */
  readonly keyId: string;
  /** X25519, 32 bytes, base64url. */
  readonly publicKey: string;
  readonly locks: readonly Lock[];
}

export interface PublicMemberKey {
  readonly userId: string;
  readonly keyId: string;
  readonly publicKey: string;
}

/** Something sealed to one key: the encapsulated key and the ciphertext of HPKE, base64url. */
export interface Letter {
  readonly enc: string;
  readonly ciphertext: string;
}

/** Gives the 32 bytes of a passkey's PRF for a salt; the browser asks the person. */
export type PasskeyPrf = (credentialId: string, salt: Bytes) => Promise<Bytes>;

/** By its function, since browsers and Node declare the name in different places. */
type PrivateKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

/** A person's key pair, unlocked: lives in memory only. */
export class MemberKey {
  readonly userId: string;
  readonly keyId: string;
  readonly publicKey: string;
  readonly #seed: Bytes;
  readonly #privateKey: PrivateKey;

  private constructor(owner: PublicMemberKey, seed: Bytes, privateKey: PrivateKey) {
    this.userId = owner.userId;
    this.keyId = owner.keyId;
    this.publicKey = owner.publicKey;
    this.#seed = seed;
    this.#privateKey = privateKey;
  }

  static generate(userId: string): Promise<MemberKey> {
    return MemberKey.fromSeed(userId, randomBytes(32));
  }

  /** The same seed gives the same pair (RFC 9180, DeriveKeyPair): the seed is what locks and shares hold. */
  static async fromSeed(userId: string, seed: Bytes): Promise<MemberKey> {
    if (seed.length !== 32)
      throw new VaultError("vault.bad_input", `Expected a seed of 32 bytes, got ${seed.length}.`);
    const { kem } = suite();
    const pair = await kem.deriveKeyPair(seed.buffer);
    const publicKey = new Uint8Array(await kem.serializePublicKey(pair.publicKey));
    const owner = { userId, keyId: await keyIdOf(publicKey), publicKey: toBase64url(publicKey) };
    return new MemberKey(owner, seed, pair.privateKey);
  }

  /** Throws vault.wrong_secret. */
  static async unlock(
    record: MemberKeyRecord,
    secret: { readonly passphrase: string } | { readonly passkey: PasskeyPrf },
  ): Promise<MemberKey> {
    await assertKeyId(record);
    for (const lock of record.locks) {
      const lockKey = await keyOfLock(lock, secret);
      if (!lockKey) continue;
      const seed = await open(lockKey, lockContext(record), fromBase64url(lock.sealed)).catch(
        () => undefined,
      );
      if (!seed) continue;
      const key = await MemberKey.fromSeed(record.userId, seed);
      if (key.keyId !== record.keyId)
        throw new VaultError("vault.damaged", "The key does not fit its record.");
      return key;
    }
    throw new VaultError("vault.wrong_secret", "Neither passphrase nor passkey opens this key.");
  }

  get public(): PublicMemberKey {
    return { userId: this.userId, keyId: this.keyId, publicKey: this.publicKey };
  }

  async lockWithPassphrase(passphrase: string, iterations = PBKDF2_ITERATIONS): Promise<Lock> {
    if ([...passphrase].length < PASSPHRASE_CHARACTERS_MIN) {
      throw new VaultError(
        "vault.bad_input",
        `Expected a passphrase of at least ${PASSPHRASE_CHARACTERS_MIN} characters.`,
      );
    }
    const salt = randomBytes(16);
    const key = await passphraseKey(passphrase, salt, iterations);
    const sealed = await seal(key, lockContext(this), this.#seed);
    return { kind: "passphrase", salt: toBase64url(salt), iterations, sealed: toBase64url(sealed) };
  }

  async lockWithPasskey(credentialId: string, prf: PasskeyPrf): Promise<Lock> {
    const salt = randomBytes(32);
    const key = await prfKey(await prf(credentialId, salt));
    const sealed = await seal(key, lockContext(this), this.#seed);
    return { kind: "passkey", credentialId, salt: toBase64url(salt), sealed: toBase64url(sealed) };
  }

  /** Opens what was sealed to this key. Throws vault.damaged. */
  async openLetter(letter: Letter, context: readonly string[]): Promise<Bytes> {
    try {
      const recipient = await suite().createRecipientContext({
        recipientKey: this.#privateKey,
        enc: fromBase64url(letter.enc).buffer,
        info: encodeContext(context).buffer,
      });
      return new Uint8Array(await recipient.open(fromBase64url(letter.ciphertext).buffer));
    } catch (cause) {
      throw new VaultError("vault.damaged", "The letter is not for this key, or was changed.", { cause });
    }
  }

  /** What gives the whole pair back: for splitting a recovery key, and nothing else. */
  exportSeed(): Bytes {
    return this.#seed.slice();
  }
}

/** Seals to somebody's public key; only they can open it. The key id is checked, so a swapped key is refused. */
export async function writeLetter(
  to: PublicMemberKey,
  context: readonly string[],
  plain: Bytes,
): Promise<Letter> {
  await assertKeyId(to);
  const hpke = suite();
  const sender = await hpke.createSenderContext({
    recipientPublicKey: await hpke.kem.deserializePublicKey(fromBase64url(to.publicKey).buffer),
    info: encodeContext(context).buffer,
  });
  const ciphertext = await sender.seal(plain.buffer);
  return {
    enc: toBase64url(new Uint8Array(sender.enc)),
    ciphertext: toBase64url(new Uint8Array(ciphertext)),
  };
}

async function assertKeyId(key: PublicMemberKey): Promise<void> {
  if ((await keyIdOf(fromBase64url(key.publicKey))) !== key.keyId) {
    throw new VaultError(
      "vault.unknown_key",
      `The public key of ${key.userId} is not the one that its id names.`,
    );
  }
}

async function keyIdOf(publicKey: Bytes): Promise<string> {
  return toBase64url(new Uint8Array(await crypto.subtle.digest("SHA-256", publicKey)));
}

function lockContext(owner: { readonly userId: string; readonly keyId: string }): string[] {
  return ["member-key-lock", owner.userId, owner.keyId];
}

async function keyOfLock(
  lock: Lock,
  secret: { readonly passphrase: string } | { readonly passkey: PasskeyPrf },
): Promise<Bytes | undefined> {
  if (lock.kind === "passphrase" && "passphrase" in secret) {
    const { iterations } = lock;
    if (iterations < PBKDF2_ITERATIONS_MIN || iterations > PBKDF2_ITERATIONS_MAX) {
      throw new VaultError("vault.damaged", `A lock with ${iterations} iterations is none of ours.`);
    }
    return passphraseKey(secret.passphrase, fromBase64url(lock.salt), iterations);
  }
  if (lock.kind === "passkey" && "passkey" in secret) {
    return prfKey(await secret.passkey(lock.credentialId, fromBase64url(lock.salt)));
  }
  return undefined;
}

async function passphraseKey(passphrase: string, salt: Bytes, iterations: number): Promise<Bytes> {
  // One spelling of the same characters on every keyboard and system.
  const material = await crypto.subtle.importKey(
    "raw",
    toUtf8(passphrase.normalize("NFKC")),
    "PBKDF2",
    false,
    ["deriveBits"],
  );
  const bits = await crypto.subtle.deriveBits(
    { name: "PBKDF2", hash: "SHA-256", salt, iterations },
    material,
    256,
  );
  return new Uint8Array(bits);
}

async function prfKey(output: Bytes): Promise<Bytes> {
  if (output.length !== 32) {
    throw new VaultError("vault.bad_input", `Expected 32 bytes of the passkey's PRF, got ${output.length}.`);
  }
  const material = await crypto.subtle.importKey("raw", output, "HKDF", false, ["deriveBits"]);
  const info = encodeContext(["tenancy-vault-passkey/1"]);
  const salt = new Uint8Array(0);
  const bits = await crypto.subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt, info }, material, 256);
  return new Uint8Array(bits);
}

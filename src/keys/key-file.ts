import { createCipheriv, createDecipheriv, randomBytes, scrypt } from "node:crypto";
import { keyError } from "./errors.ts";

/** What a file holds of a key that a passphrase opens. All but `sealed` is bound to it. */
interface KeyFile {
  readonly tenancy: "sealed root key";
  readonly version: 1;
  readonly kdf: "scrypt";
  /** Cost; 2^17 with r 8 takes 128 MiB and a few tenths of a second (OWASP's first choice for scrypt). */
  readonly n: number;
  readonly r: number;
  readonly p: number;
  readonly salt: string;
  /** Nonce, tag and ciphertext of AES-256-GCM. */
  readonly sealed: string;
}

const COST = { n: 2 ** 17, r: 8, p: 1 } as const;
/** A file that asks for more would stop the process that opens it. */
const MEMORY_BYTES_MAX = 1024 * 1024 * 1024;
export const PASSPHRASE_CHARS_MIN = 16;

/** The text of a file from which the key comes back with the passphrase. @throws custodian.bad_url for a short one */
export async function sealKeyFile(key: Buffer, passphrase: string): Promise<string> {
  if (passphrase.length < PASSPHRASE_CHARS_MIN)
    throw keyError("custodian.bad_url", {
      reason: `the passphrase has ${passphrase.length} characters, of at least ${PASSPHRASE_CHARS_MIN}`,
    });
  const salt = randomBytes(32).toString("base64");
  const head = { tenancy: "sealed root key", version: 1, kdf: "scrypt", ...COST, salt } as const;
  const iv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", await derive(head, passphrase), iv).setAAD(boundTo(head));
  const body = Buffer.concat([cipher.update(key), cipher.final()]);
  const sealed = Buffer.concat([iv, cipher.getAuthTag(), body]).toString("base64");
  return `${JSON.stringify({ ...head, sealed }, null, 2)}\n`;
}

export function isKeyFile(text: string): boolean {
  return text.trimStart().startsWith("{");
}

/** @throws custodian.bad_url for another passphrase, or a file that was changed */
export async function openKeyFile(text: string, passphrase: string): Promise<Buffer> {
  const file = parse(text);
  const sealed = Buffer.from(file.sealed, "base64");
  const { sealed: _, ...head } = file;
  try {
    const decipher = createDecipheriv("aes-256-gcm", await derive(head, passphrase), sealed.subarray(0, 12), {
      authTagLength: 16,
    })
      .setAAD(boundTo(head))
      .setAuthTag(sealed.subarray(12, 28));
    return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]);
  } catch (cause) {
    throw bad("the passphrase does not open the file, or the file was changed", cause);
  }
}

function parse(text: string): KeyFile {
  let found: Partial<KeyFile>;
  try {
    found = JSON.parse(text);
  } catch (cause) {
    throw bad("the file is no JSON", cause);
  }
  const { tenancy, version, kdf, n, r, p, salt, sealed } = found;
  if (tenancy !== "sealed root key" || version !== 1 || kdf !== "scrypt")
    throw bad("the file is no sealed root key");
  const isCost = [n, r, p].every((each) => Number.isSafeInteger(each) && (each as number) > 0);
  const isText = typeof salt === "string" && typeof sealed === "string" && sealed.length < 1_000;
  // Both were looked at just now.
  if (!isCost || !isText || 128 * (n as number) * (r as number) * (p as number) > MEMORY_BYTES_MAX)
    throw bad("the file asks for a cost that is none, or too high");
  return found as KeyFile;
}

/** Whoever changes a parameter finds that the file opens no more. */
function boundTo({ tenancy, version, kdf, n, r, p, salt }: Omit<KeyFile, "sealed">): Buffer {
  return Buffer.from(JSON.stringify([tenancy, version, kdf, n, r, p, salt]));
}

function derive({ n, r, p, salt }: Omit<KeyFile, "sealed">, passphrase: string): Promise<Buffer> {
  const options = { N: n, r, p, maxmem: MEMORY_BYTES_MAX + 1024 * 1024 };
  return new Promise((resolve, reject) =>
    scrypt(passphrase.normalize("NFKC"), Buffer.from(salt, "base64"), 32, options, (error, key) =>
      error ? reject(error) : resolve(key),
    ),
  );
}

function bad(reason: string, cause?: unknown) {
  return keyError("custodian.bad_url", { reason }, { cause });
}

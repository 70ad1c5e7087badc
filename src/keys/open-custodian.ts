import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Clock } from "../base/clock.ts";
import { RootKey } from "./derive.ts";
import { keyError } from "./errors.ts";
import type { Custodian } from "./ports.ts";

/** What a custodian asks of whoever calls it: from the environment for the root, sealed in a row for a tenant's. */
export type CustodianCredentials = Readonly<Record<string, string | undefined>>;

/**
 * The custodian that a URL names:
 * `file:///run/secrets/root.key` (32 bytes in base64, or sealed by ROOT_KEY_PASSPHRASE) ·
 * `aws-kms://eu-west-1/KEY?endpoint=…` (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN) ·
 * `vault+https://vault.example.com/transit/NAME?namespace=…` (VAULT_TOKEN).
 * Each kind is loaded when it is configured.
 *
 * @throws custodian.bad_url, custodian.credentials_missing
 */
export async function openCustodian(
  text: string,
  credentials: CustodianCredentials,
  clock: Clock,
): Promise<Custodian> {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || url.username || url.password || url.hash) throw badUrl("it is no URL, or holds credentials");
  switch (url.protocol) {
    case "file:":
      return openFile(url, credentials);
    case "aws-kms:":
      return openKms(url, credentials, clock);
    case "vault+https:":
    case "vault+http:":
      return openVault(url, credentials);
    default:
      throw badUrl(`${url.protocol} is not one of file:, aws-kms:, vault+https:`);
  }
}

async function openFile(url: URL, credentials: CustodianCredentials): Promise<Custodian> {
  const { LocalCustodian } = await import("./local-custodian.ts");
  const text = await readFile(fileURLToPath(url), "utf8").catch((cause: Error) => {
    throw badUrl(`the file cannot be read: ${cause.message}`, cause);
  });
  const { isKeyFile, openKeyFile } = await import("./key-file.ts");
  const passphrase = credentials["ROOT_KEY_PASSPHRASE"];
  if (isKeyFile(text) && !passphrase) throw missing("ROOT_KEY_PASSPHRASE");
  const key =
    isKeyFile(text) && passphrase ? await openKeyFile(text, passphrase) : Buffer.from(text.trim(), "base64");
  if (key.length !== 32) throw badUrl(`the file holds a key of ${key.length} bytes, not 32`);
  return new LocalCustodian(new RootKey(key));
}

async function openKms(url: URL, credentials: CustodianCredentials, clock: Clock): Promise<Custodian> {
  const { KmsCustodian } = await import("./kms-custodian.ts");
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = credentials;
  const keyId = decodeURIComponent(url.pathname.slice(1));
  if (!/^[a-z0-9-]{1,40}$/.test(url.hostname) || keyId === "") throw badUrl("it names no region and key");
  if (!accessKeyId || !secretAccessKey) throw missing("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
  const sessionToken = credentials["AWS_SESSION_TOKEN"];
  const endpoint = url.searchParams.get("endpoint") ?? undefined;
  return new KmsCustodian({
    region: url.hostname,
    keyId,
    endpoint,
    credentials: { accessKeyId, secretAccessKey, sessionToken },
    clock,
  });
}

async function openVault(url: URL, credentials: CustodianCredentials): Promise<Custodian> {
  const { VaultCustodian } = await import("./vault-custodian.ts");
  const path = url.pathname
    .split("/")
    .filter((part) => part !== "")
    .map(decodeURIComponent);
  const [keyName, mount] = [path.at(-1), path.slice(0, -1).join("/")];
  if (!keyName || mount === "") throw badUrl("it names no mount and key");
  const token = credentials["VAULT_TOKEN"];
  if (!token) throw missing("VAULT_TOKEN");
  const address = `${url.protocol.slice("vault+".length)}//${url.host}`;
  return new VaultCustodian({
    address,
    mount,
    keyName,
    token,
    namespace: url.searchParams.get("namespace") ?? undefined,
  });
}

function badUrl(reason: string, cause?: unknown) {
  return keyError("custodian.bad_url", { reason }, { cause });
}

function missing(names: string) {
  return keyError("custodian.credentials_missing", { names });
}

import { createHmac, randomBytes } from "node:crypto";

/** Standard Webhooks: at least 24 bytes, written as base64 behind `whsec_`. */
const SECRET_BYTES = 32;
const PREFIX = "whsec_";

export function drawSecret(): string {
  return PREFIX + randomBytes(SECRET_BYTES).toString("base64");
}

/** The three headers of Standard Webhooks. Several secrets: one signature each, the newest first. */
export function signatureHeaders(
  message: { readonly id: string; readonly atS: number; readonly body: string },
  secrets: readonly string[],
): Readonly<Record<string, string>> {
  const { id, atS, body } = message;
  const signed = `${id}.${atS}.${body}`;
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(PREFIX.length), "base64");
    return `v1,${createHmac("sha256", key).update(signed, "utf8").digest("base64")}`;
  });
  return {
    "webhook-id": id,
    "webhook-timestamp": String(atS),
    "webhook-signature": signatures.join(" "),
  };
}

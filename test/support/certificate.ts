import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";

/** A key with a self-signed certificate. */
export interface SelfSigned {
  readonly privateKey: string;
  readonly certificate: string;
}

/** RSA with 2048 bits unless told otherwise. */
export function selfSigned(commonName: string, bits = 2048): SelfSigned {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: bits });
  return {
    privateKey: privateKey.export({ type: "pkcs8", format: "pem" }) as string,
    certificate: certify(commonName, privateKey, publicKey),
  };
}

/** X.509 version 3 (RFC 5280, section 4.1), written by hand: node reads certificates and makes none. */
function certify(commonName: string, privateKey: KeyObject, publicKey: KeyObject): string {
  const algorithm = der(0x30, oid("2a864886f70d01010b"), der(0x05)); // sha256WithRSAEncryption
  const name = der(0x30, der(0x31, der(0x30, oid("550403"), der(0x0c, Buffer.from(commonName)))));
  const validity = der(
    0x30,
    der(0x17, Buffer.from("200101000000Z")),
    der(0x17, Buffer.from("491231235959Z")),
  );
  const body = der(
    0x30,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    algorithm,
    name,
    validity,
    name,
    publicKey.export({ type: "spki", format: "der" }),
  );
  const signature = sign("sha256", body, privateKey);
  const bytes = der(0x30, body, algorithm, der(0x03, Buffer.from([0]), signature));
  const lines = bytes.toString("base64").match(/.{1,64}/g) as string[]; // it is not empty
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, "hex"));
}

function der(tag: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  if (body.length < 0x80) return Buffer.concat([Buffer.from([tag, body.length]), body]);
  const length = body.length.toString(16);
  const bytes = Buffer.from(length.length % 2 === 0 ? length : `0${length}`, "hex");
  return Buffer.concat([Buffer.from([tag, 0x80 | bytes.length]), bytes, body]);
}

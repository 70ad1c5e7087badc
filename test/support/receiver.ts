import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

/** A webhook as it came in. */
export interface Received {
  readonly id: string;
  readonly atS: number;
  readonly body: string;
  readonly signatures: readonly string[];
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Waits before it answers. */
  readonly delayMs?: number;
}

/** A receiver of webhooks on this machine, as somebody who read the Standard Webhooks specification would write it. */
export class Receiver implements AsyncDisposable {
  readonly received: Received[] = [];
  /** What it answers; default: 204. */
  answer: (message: Received) => Reply | Promise<Reply> = () => ({ status: 204 });
  url = "";
  readonly #server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk;
    const header = (name: string) => String(request.headers[name] ?? "");
    const message: Received = {
      id: header("webhook-id"),
      atS: Number(header("webhook-timestamp")),
      body,
      signatures: header("webhook-signature").split(" "),
      path: request.url ?? "",
      headers: request.headers,
    };
    this.received.push(message);
    const { status, headers = {}, delayMs = 0 } = await this.answer(message);
    setTimeout(() => response.writeHead(status, headers).end(), delayMs);
  });

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook`;
    return this;
  }

  /** Messages so far, taken away. */
  take(): Received[] {
    return this.received.splice(0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Section "Verifying webhook authenticity": is one of the signatures of this secret, and the time not far away? */
export function isGenuine(message: Received, secret: string, nowMs = Date.now()): boolean {
  if (Math.abs(nowMs / 1_000 - message.atS) > 300) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const expected = createHmac("sha256", key).update(`${message.id}.${message.atS}.${message.body}`).digest();
  return message.signatures.some((each) => {
    const [version, signature = ""] = each.split(",");
    const given = Buffer.from(signature, "base64");
    return version === "v1" && given.length === expected.length && timingSafeEqual(given, expected);
  });
}

import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";

export interface Received {
  readonly to: readonly string[];
  readonly from: string;
  /** The whole message as it came over the wire. */
  readonly raw: string;
  readonly headers: ReadonlyMap<string, string>;
}

export interface TestSmtp extends AsyncDisposable {
  readonly url: string;
  readonly received: Received[];
  /** Answers the next messages with this code instead of taking them. */
  refuse(code: number | undefined): void;
}

/** A real SMTP server on a free port that keeps what it gets. */
export async function startSmtp(): Promise<TestSmtp> {
  const received: Received[] = [];
  let refusal: number | undefined;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["AUTH", "STARTTLS"],
    onData: (stream, session, callback) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        if (refusal !== undefined) {
          callback(Object.assign(new Error("refused by the test"), { responseCode: refusal }));
          return;
        }
        const { mailFrom, rcptTo } = session.envelope;
        received.push(
          toReceived(
            Buffer.concat(chunks),
            mailFrom ? mailFrom.address : "",
            rcptTo.map((each) => each.address),
          ),
        );
        callback();
      });
    },
  });
  server.on("error", () => undefined);
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  const { port } = server.server.address() as AddressInfo; // it listens on TCP
  return {
    url: `smtp://127.0.0.1:${port}`,
    received,
    refuse: (code) => {
      refusal = code;
    },
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function toReceived(bytes: Buffer, from: string, to: string[]): Received {
  const raw = bytes.toString("utf8");
  const head = raw.slice(0, raw.indexOf("\r\n\r\n")).replace(/\r\n[ \t]+/g, " ");
  const headers = new Map<string, string>();
  for (const line of head.split("\r\n")) {
    const at = line.indexOf(":");
    headers.set(line.slice(0, at).toLowerCase(), line.slice(at + 1).trim());
  }
  return { to, from, raw, headers };
}

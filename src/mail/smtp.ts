import { createTransport } from "nodemailer";
import { SERVER_TIMEOUT_MS } from "./limits.ts";

export interface Letter {
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Where mail goes. `isFinal`: the server will never take it. */
export interface MailTransport {
  send(letter: Letter): Promise<{ isSent: true } | { isSent: false; isFinal: boolean; reason: string }>;
  close(): void;
}

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/**
 * A mail server, by `smtp://` (STARTTLS, which is required unless the server is on this machine) or `smtps://`.
 * What stands in the URL's query goes to nodemailer, such as `?requireTLS=false` for a server in a closed network.
 */
export function openSmtp(url: string, from: string): MailTransport {
  const { hostname, protocol } = new URL(url);
  const transport = createTransport(
    {
      url,
      ...(protocol === "smtp:" && !LOOPBACK.test(hostname) && !/[?&]requireTLS=/.test(url)
        ? { requireTLS: true }
        : {}),
      connectionTimeout: SERVER_TIMEOUT_MS,
      greetingTimeout: SERVER_TIMEOUT_MS,
      socketTimeout: SERVER_TIMEOUT_MS,
      // A mail's content never makes this process read a file or fetch an address.
      disableFileAccess: true,
      disableUrlAccess: true,
    },
    { from },
  );
  const domain = from.slice(from.lastIndexOf("@") + 1).replace(/>.*$/, "");
  return {
    send: async ({ id, ...letter }) => {
      try {
        await transport.sendMail({
          ...letter,
          messageId: `<${id}@${domain}>`,
          headers: { "auto-submitted": "auto-generated" },
        });
        return { isSent: true };
      } catch (failure) {
        const { responseCode, message } = failure as { responseCode?: number; message: string };
        // RFC 5321 4.2.1: 5yz says not to try again. 535 is our password: a person mends it, so it is tried on.
        const isFinal = responseCode !== undefined && responseCode >= 550 && responseCode < 560;
        return { isSent: false, isFinal, reason: message };
      }
    },
    close: () => transport.close(),
  };
}

/**
 * Where people reach this platform, from configuration alone: a `Host` header could make links in mails lead to
 * somebody else's site. Without configuration it is this machine.
 */
export class Site {
  readonly #publicUrl: string | undefined;
  #port: number;

  constructor(config: { readonly publicUrl: string | undefined; readonly port: number }) {
    this.#publicUrl = config.publicUrl;
    this.#port = config.port;
  }

  /** The server listens on another port than the configured one: tests and `server.port: 0`. */
  listensAt(port: number): void {
    this.#port = port;
  }

  /** Such as `https://app.example.com`. */
  origin(): string {
    return this.#publicUrl ?? `http://localhost:${this.#port}`;
  }

  /** What passkeys are bound to (WebAuthn: RP ID). */
  host(): string {
    return new URL(this.origin()).hostname;
  }

  /** A page of the console with a one-time token behind #, where no server and no Referer sees it. */
  link(kind: "sign-in" | "invitation" | "recovery" | "cancel-recovery", token: string): string {
    return `${this.origin()}/#${kind}=${token}`;
  }
}

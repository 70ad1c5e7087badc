import { createHash, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A service as Spotify, Google and SoundCloud document theirs: PKCE, codes and refresh tokens that work once. */
export class OauthService {
  readonly codes = new Map<string, { challenge: string; redirectUri: string }>();
  readonly live = new Set<string>();
  refreshes = 0;
  expiresInS = 3_600;
  isAway = false;
  isDenied = false;
  lastAuthorization = "";
  lastAsked = new URLSearchParams();
  readonly #server: Server;
  url = "";

  constructor() {
    this.#server = createServer(async (request, response) => {
      if (request.url?.startsWith("/authorize?")) {
        response.writeHead(302, { location: this.#lead(new URL(request.url, this.url).href) }).end();
        return;
      }
      const { status, body } = await this.#answer(request);
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** As an entry of the configuration. */
  provider(name: string) {
    return {
      name,
      clientId: "tenancy",
      clientSecret: "s3cret",
      authorizeUrl: `${this.url}/authorize`,
      tokenUrl: `${this.url}/token`,
      revokeUrl: `${this.url}/revoke`,
      profileUrl: `${this.url}/me`,
      accountId: "id",
      accountName: "username",
      tokenScheme: "OAuth",
    };
  }

  /** Where a browser is led that comes here to be asked: everybody allows at once, unless the test says no. */
  #lead(url: string): string {
    const { searchParams } = new URL(url);
    const refusal = `error=access_denied&state=${searchParams.get("state")}`;
    return `${searchParams.get("redirect_uri")}?${this.isDenied ? refusal : this.allow(url)}`;
  }

  /** What the person's browser does: allow, and be led back. */
  allow(url: string): string {
    this.lastAsked = new URL(url).searchParams;
    const code = randomBytes(8).toString("hex");
    const challenge = this.lastAsked.get("code_challenge") ?? "";
    this.codes.set(code, { challenge, redirectUri: this.lastAsked.get("redirect_uri") ?? "" });
    return `code=${code}&state=${this.lastAsked.get("state")}`;
  }

  async #answer(request: IncomingMessage): Promise<{ status: number; body: unknown }> {
    let text = "";
    for await (const chunk of request) text += chunk;
    const form = new URLSearchParams(text);
    if (this.isAway) return { status: 503, body: {} };
    this.lastAuthorization = request.headers.authorization ?? "";
    if (request.url === "/me") {
      const isKnown = [...this.live].some((token) => this.lastAuthorization.endsWith(token));
      return isKnown ? { status: 200, body: { id: 7, username: "studio" } } : { status: 401, body: {} };
    }
    if (request.url === "/revoke") {
      const isKnown = this.live.delete(form.get("token") ?? "");
      return { status: isKnown ? 200 : 400, body: {} };
    }
    if (form.get("client_secret") !== "s3cret") return { status: 401, body: { error: "invalid_client" } };
    if (form.get("grant_type") === "refresh_token") {
      this.refreshes += 1;
      const isKnown = this.live.delete(form.get("refresh_token") ?? "");
      return isKnown
        ? { status: 200, body: this.#tokens() }
        : { status: 400, body: { error: "invalid_grant" } };
    }
    const code = form.get("code") ?? "";
    const known = this.codes.get(code);
    this.codes.delete(code);
    const challenge = createHash("sha256")
      .update(form.get("code_verifier") ?? "")
      .digest("base64url");
    const isFitting = known?.challenge === challenge && known.redirectUri === form.get("redirect_uri");
    return isFitting
      ? { status: 200, body: this.#tokens() }
      : { status: 400, body: { error: "invalid_grant" } };
  }

  #tokens() {
    const [access, refresh] = [randomBytes(16).toString("hex"), randomBytes(16).toString("hex")];
    this.live.add(access).add(refresh);
    return {
      access_token: access,
      refresh_token: refresh,
      expires_in: this.expiresInS,
      token_type: "Bearer",
      scope: "read",
    };
  }
}

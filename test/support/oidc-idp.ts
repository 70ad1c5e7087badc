import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import Provider from "oidc-provider";

export interface OidcAccount {
  readonly email: string;
  readonly claims?: Readonly<Record<string, unknown>>;
}

export interface OidcIdpOptions {
  readonly clientId?: string;
  readonly clientSecret?: string;
  /** More can be added later, by `redirectUris`. */
  readonly redirectUris: readonly string[];
}

/** A certified OpenID provider in this process, whose sign-in page signs in whom the test says. */
export class OidcIdp implements AsyncDisposable {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly accounts = new Map<string, OidcAccount>();
  /** Who signs in next, and how. */
  next: { sub: string; amr?: string[]; acr?: string } = { sub: "ada" };
  /** Parameters of the last authorization request. */
  lastAsked: Record<string, unknown> = {};
  readonly redirectUris: Set<string>;
  readonly #server: Server;

  private constructor(server: Server, issuer: string, options: OidcIdpOptions) {
    this.#server = server;
    this.issuer = issuer;
    this.redirectUris = new Set(options.redirectUris);
    this.clientId = options.clientId ?? "tenancy";
    this.clientSecret = options.clientSecret ?? "a secret of 256 bits, at least in spirit";
  }

  static async start(options: OidcIdpOptions): Promise<OidcIdp> {
    let answer: (request: IncomingMessage, response: ServerResponse) => void = () => undefined;
    const server = createServer((request, response) => answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const idp = new OidcIdp(server, issuer, options);
    const provider = idp.#provider();
    provider.Client.prototype.redirectUriAllowed = (uri) => idp.redirectUris.has(uri);
    const callback = provider.callback();
    answer = (request, response) => {
      if (request.url?.startsWith("/interaction/")) {
        idp
          .#interact(provider, request, response)
          .catch((error: Error) => response.writeHead(500).end(error.message));
      } else callback(request, response);
    };
    return idp;
  }

  #provider(): Provider {
    return new Provider(this.issuer, {
      clients: [
        {
          client_id: this.clientId,
          client_secret: this.clientSecret,
          redirect_uris: ["https://app.example.com/unused"],
          grant_types: ["authorization_code"],
          response_types: ["code"],
        },
      ],
      claims: {
        openid: ["sub", "amr", "acr", "auth_time"],
        email: ["email", "email_verified"],
        profile: ["name"],
        groups: ["groups"],
      },
      scopes: ["openid", "email", "profile", "groups"],
      // ID tokens carry the claims, as those of Entra, Okta, Google and Keycloak do.
      conformIdTokenClaims: false,
      findAccount: async (_, sub) => {
        const account = this.accounts.get(sub);
        return (
          account && {
            accountId: sub,
            claims: async () => ({ sub, email: account.email, email_verified: true, ...account.claims }),
          }
        );
      },
      interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
      pkce: { required: () => true },
      features: { devInteractions: { enabled: false } },
      cookies: { keys: ["tests"] },
      renderError: async (context, out) => {
        context.type = "json";
        context.body = out;
      },
    });
  }

  async #interact(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { params, prompt, session } = await provider.interactionDetails(request, response);
    this.lastAsked = params;
    const { sub, amr, acr } = this.next;
    if (prompt.name === "login") {
      const login = { accountId: sub, ...(amr ? { amr } : {}), ...(acr ? { acr } : {}) };
      await provider.interactionFinished(request, response, { login });
      return;
    }
    const grant = new provider.Grant({
      accountId: session?.accountId ?? sub,
      clientId: params["client_id"] as string,
    });
    grant.addOIDCScope(String(params["scope"]));
    await provider.interactionFinished(
      request,
      response,
      { consent: { grantId: await grant.save() } },
      { mergeWithLastSubmission: true },
    );
  }

  /** Does what a browser does from the authorization URL to the redirect back to us; returns that address. */
  async follow(url: string): Promise<URL> {
    const cookies = new Map<string, string>();
    let at = url;
    for (let step = 0; step < 12; step++) {
      if (!at.startsWith(this.issuer)) return new URL(at);
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
      const response = await fetch(at, { redirect: "manual", headers: { cookie } });
      for (const each of response.headers.getSetCookie()) {
        const [pair = ""] = each.split(";", 1);
        cookies.set(pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1));
      }
      const location = response.headers.get("location");
      if (!location) throw new Error(`${at} answered ${response.status}: ${await response.text()}`);
      at = new URL(location, at).href;
    }
    throw new Error("The provider redirects without end.");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

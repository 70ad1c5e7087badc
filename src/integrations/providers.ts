/** How a service speaks OAuth 2. Data, so that another service is an entry and no code. */
export interface Provider {
  readonly key: string;
  readonly name: string;
  readonly authorizeUrl: string;
  readonly tokenUrl: string;
  /** RFC 7009; null: the service has none, and forgetting the tokens is all that can be done. */
  readonly revokeUrl: string | null;
  /** Tells whose account it is. */
  readonly profileUrl: string;
  /** Where in the profile id and name stand, as dotted paths. */
  readonly accountId: string;
  readonly accountName: string;
  readonly scopes: readonly string[];
  /** How the client proves itself at the token address. */
  readonly clientAuth: "basic" | "body";
  /** `Bearer`, or `OAuth` where the service's own word is asked for. */
  readonly tokenScheme: "Bearer" | "OAuth";
  /** Further parameters of the authorization address. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** A service with the client that the platform registered there. */
export interface ConfiguredProvider extends Provider {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** From each service's documentation, as of 2026. */
export const PROVIDERS: Readonly<Record<string, Provider>> = {
  // developer.spotify.com/documentation/web-api/tutorials/code-pkce-flow; there is no revocation address.
  spotify: {
    key: "spotify",
    name: "Spotify",
    authorizeUrl: "https://accounts.spotify.com/authorize",
    tokenUrl: "https://accounts.spotify.com/api/token",
    revokeUrl: null,
    profileUrl: "https://api.spotify.com/v1/me",
    accountId: "id",
    accountName: "display_name",
    scopes: ["user-read-email", "playlist-read-private"],
    clientAuth: "basic",
    tokenScheme: "Bearer",
    parameters: {},
  },
  // developers.google.com/identity/protocols/oauth2/web-server: a refresh token only with access_type=offline.
  youtube: {
    key: "youtube",
    name: "YouTube",
    authorizeUrl: "https://accounts.google.com/o/oauth2/v2/auth",
    tokenUrl: "https://oauth2.googleapis.com/token",
    revokeUrl: "https://oauth2.googleapis.com/revoke",
    profileUrl: "https://www.googleapis.com/youtube/v3/channels?part=snippet&mine=true",
    accountId: "items.0.id",
    accountName: "items.0.snippet.title",
    scopes: ["https://www.googleapis.com/auth/youtube.readonly"],
    clientAuth: "body",
    tokenScheme: "Bearer",
    parameters: { access_type: "offline", prompt: "consent", include_granted_scopes: "true" },
  },
  // developers.soundcloud.com/docs/api/guide: PKCE, refresh tokens work once, `Authorization: OAuth`.
  soundcloud: {
    key: "soundcloud",
    name: "SoundCloud",
    authorizeUrl: "https://secure.soundcloud.com/authorize",
    tokenUrl: "https://secure.soundcloud.com/oauth/token",
    revokeUrl: null,
    profileUrl: "https://api.soundcloud.com/me",
    accountId: "id",
    accountName: "username",
    scopes: [],
    clientAuth: "body",
    tokenScheme: "OAuth",
    parameters: {},
  },
};

/** The value at a dotted path; undefined when there is none. */
export function valueAt(document: unknown, path: string): string | undefined {
  let at: unknown = document;
  for (const part of path.split(".")) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, part)) return undefined;
    at = (at as Record<string, unknown>)[part];
  }
  return typeof at === "string" || typeof at === "number" ? String(at) : undefined;
}

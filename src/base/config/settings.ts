import {
  boolean,
  custodianUrl,
  duration,
  encryptionKey,
  folder,
  integer,
  type Kind,
  listOf,
  number,
  oneOf,
  originUrl,
  secretUrl,
  services,
  storageUrl,
  text,
} from "./kinds.ts";

interface SettingBase<T> {
  /** Wins over the file. */
  readonly env?: string;
  readonly kind: Kind<T>;
  /** For the reference: what it decides, and why the default is what it is. */
  readonly about: string;
}

export interface DefaultedSetting<T> extends SettingBase<T> {
  /** As it would be written in the file. */
  readonly fallback: unknown;
}

export interface OptionalSetting<T> extends SettingBase<T> {
  /** For the reference: what happens without it. */
  readonly otherwise: string;
}

export type Setting<T> = DefaultedSetting<T> | OptionalSetting<T>;

function defaulted<T>(setting: DefaultedSetting<T>): DefaultedSetting<T> {
  return setting;
}

function optional<T>(setting: OptionalSetting<T>): OptionalSetting<T> {
  return setting;
}

const REGIMES = ["GDPR", "SOC2", "HIPAA", "ISO27001"] as const;

/** The one list of all settings, by their path in the file. The reference page is made from it. */
export const settings = {
  databaseUrl: optional({
    env: "TENANT_DATABASE_URL",
    kind: secretUrl(
      ["postgres:", "postgresql:"],
      "a URL such as postgresql://user:password@host:5432/database",
    ),
    otherwise: "the embedded PostgreSQL",
    about: "The PostgreSQL (15 or newer) that holds the platform. Without it Tenancy runs one of its own.",
  }),
  isolationLevel: defaulted({
    env: "TENANT_ISOLATION_LEVEL",
    kind: oneOf(["table", "schema", "database"]),
    fallback: "table",
    about: "How new tenants are kept apart when their creation does not say. A move changes it later.",
  }),
  encryptionKey: optional({
    env: "TENANT_ENCRYPTION_KEY",
    kind: encryptionKey(),
    otherwise: "a key that is drawn at the first start and kept in the data folder",
    about:
      "The root key under which all others are sealed. Keep a copy elsewhere: without it sealed data is lost.",
  }),
  formerEncryptionKey: optional({
    env: "TENANT_FORMER_ENCRYPTION_KEY",
    kind: encryptionKey(),
    otherwise: "none",
    about: "The root key before this one, for `tenancy encryption change-key` alone. Take it out afterwards.",
  }),
  cachePrefix: defaulted({
    env: "TENANT_CACHE_PREFIX",
    kind: text(
      /^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/,
      "1 to 32 letters, digits, _ or -, beginning with a letter or digit",
    ),
    fallback: "tenancy",
    about: "Begins every cache key, so that several platforms can share one Redis.",
  }),
  cacheUrl: optional({
    env: "TENANT_CACHE_URL",
    kind: secretUrl(["redis:", "rediss:"], "a URL such as redis://user:password@host:6379/0 (or rediss://…)"),
    otherwise: "a cache in each process",
    about: "The Redis or Valkey that the processes share for cache and rate limits.",
  }),
  storageUrl: optional({
    env: "TENANT_STORAGE_URL",
    kind: storageUrl(),
    otherwise: "the folder `storage` in the data folder",
    about: "Where tenants' files lie. Relative paths start at the working directory.",
  }),
  auditRetentionDays: defaulted({
    env: "TENANT_AUDIT_RETENTION_DAYS",
    kind: integer(1, 3650),
    fallback: 365,
    about:
      "How long audit records are kept. A SOC 2 Type II report looks back up to 12 months and PCI DSS 10.5.1 asks for 12; HIPAA's rule for its own documentation is six years (2190 days).",
  }),
  metricsEnabled: defaulted({
    env: "TENANT_METRICS_ENABLED",
    kind: boolean(),
    fallback: true,
    about:
      "Whether requests, queries and usage are counted for metrics and alerts. Metering for plans goes on.",
  }),
  alertsWebhook: optional({
    env: "TENANT_ALERTS_WEBHOOK",
    kind: secretUrl(["https:"], "an https:// URL"),
    otherwise: "alerts are shown in the console only",
    about: "Is sent a POST for each alert.",
  }),
  healthCheckInterval: defaulted({
    env: "TENANT_HEALTH_CHECK_INTERVAL",
    kind: duration("1s", "1h"),
    fallback: "30s",
    about: "How often cells, cache and storage are probed.",
  }),
  dataDir: optional({
    kind: folder(),
    otherwise: "`.tenancy` in the working directory",
    about: "Holds the embedded PostgreSQL, files and the drawn key. One folder is one platform.",
  }),
  "security.encryptionAlgorithm": defaulted({
    kind: oneOf(["aes-256-gcm"]),
    fallback: "aes-256-gcm",
    about:
      "The cipher of sealed values. One is offered: authenticated, and fast on every processor of today.",
  }),
  "security.keyRotationDays": defaulted({
    kind: integer(1, 3650),
    fallback: 90,
    about: "Tenants' keys are replaced after this long; values sealed under an older one can still be read.",
  }),
  "security.rootKey": optional({
    env: "TENANT_ROOT_KEY",
    kind: custodianUrl(),
    otherwise: "derived from TENANT_ENCRYPTION_KEY",
    about:
      "Who keeps the key above all tenants' keys: `file:///run/secrets/root.key`, `aws-kms://eu-west-1/KEY` or `vault+https://vault.example.com/transit/KEY`. Credentials are read from AWS_* and VAULT_TOKEN.",
  }),
  "security.formerRootKeys": defaulted({
    kind: listOf(custodianUrl(), "such URLs"),
    fallback: [],
    about:
      "Root keys of before. After a change the keys of all tenants are led to the new one; then an entry can go.",
  }),
  "security.sessionTimeout": defaulted({
    env: "TENANT_SESSION_TIMEOUT",
    kind: duration("1m", "30d"),
    fallback: "30m",
    about: "A session ends after this long without a request. NIST SP 800-63B-3 asks for 30 minutes at AAL2.",
  }),
  "security.mfaEnabled": defaulted({
    env: "TENANT_MFA_ENABLED",
    kind: boolean(),
    fallback: true,
    about: "Whether people can add a second factor.",
  }),
  "security.mfaRequired": defaulted({
    kind: boolean(),
    fallback: false,
    about: "Whether everybody must have a second factor. Needs `security.mfaEnabled`.",
  }),
  "security.operatorMfaRequired": defaulted({
    kind: boolean(),
    fallback: false,
    about:
      "Whether operators must use a second factor in each session. Who has none can only add one. Needs `security.mfaEnabled`.",
  }),
  "security.policyShadowPercent": defaulted({
    kind: number(0, 100),
    fallback: 0.1,
    about:
      "How many decisions of a hundred the official Cedar engine makes as well. Where the two differ access is refused and an incident recorded.",
  }),
  "security.breachListUrl": optional({
    kind: text(/^https:\/\/[^\s?#]+\/$/, "an https:// URL that ends in a slash"),
    otherwise: "a small list of common passwords that comes with Tenancy",
    about:
      "The range API of a list of leaked passwords, such as https://api.pwnedpasswords.com/range/. New passwords are looked up by five digits of their hash, so the list does not learn them.",
  }),
  "security.outboundAllow": defaulted({
    kind: listOf(
      text(/^(\d{1,3}(\.\d{1,3}){3}\/\d{1,2}|[0-9a-fA-F:]{2,45}\/\d{1,3})$/, "a network"),
      'networks in CIDR notation, such as "10.1.0.0/16"',
    ),
    fallback: [],
    about:
      "Private networks that addresses named by tenants may lead to, such as that of an identity provider on one's own premises. Everything else must be public and https.",
  }),
  "limits.maxApiCallsPerHour": optional({
    kind: integer(0),
    otherwise: "only the plan decides",
    about: "The most API calls that a tenant may make in an hour, unless its plan says otherwise.",
  }),
  "limits.maxStorageGb": optional({
    kind: number(0),
    otherwise: "only the plan decides",
    about: "The most storage that a tenant may use, in GB of 10^9 bytes, unless its plan says otherwise.",
  }),
  "limits.maxConcurrentUsers": optional({
    kind: integer(0),
    otherwise: "only the plan decides",
    about: "The most users of one tenant with a live session, unless its plan says otherwise.",
  }),
  "limits.maxConcurrentRequests": optional({
    kind: integer(1),
    otherwise: "only the plan decides",
    about:
      "The most requests, event streams and sockets of one tenant that may be under way at one time, unless its plan says otherwise.",
  }),
  "features.analytics": defaulted({ kind: boolean(), fallback: true, about: "Usage reports for tenants." }),
  "features.backup": defaulted({
    kind: boolean(),
    fallback: true,
    about: "Continuous backup of every tenant.",
  }),
  "features.compliance": defaulted({
    kind: listOf(oneOf(REGIMES), REGIMES.join(", ")),
    fallback: [],
    about: "The regimes whose duties and evidence are kept.",
  }),
  "features.integrations": defaulted({
    kind: listOf(text(/^[a-z][a-z0-9_-]{0,62}$/, "a name"), 'names in lower case, such as "spotify"'),
    fallback: [],
    about: "Outside services that tenants may connect.",
  }),
  integrations: optional({
    env: "TENANT_INTEGRATIONS",
    kind: services(),
    otherwise: "no service can be connected",
    about:
      "Outside services that tenants may connect, by name, with the client that you registered there. spotify, youtube and soundcloud are built in; another one gives its addresses as well (docs/guides/integrations.md). In the variable it is JSON.",
  }),
  "app.migrations": defaulted({
    kind: folder(),
    fallback: "migrations",
    about: "The folder of the app's own SQL migrations.",
  }),
  "app.shared": defaulted({
    kind: listOf(
      text(/^[a-z_][a-z0-9_]{0,62}(\.[a-z_][a-z0-9_]{0,62})?$/, "a table"),
      'table names, such as "genres"',
    ),
    fallback: [],
    about: "Reference tables without a tenant: all tenants read them, none writes them.",
  }),
  "server.host": defaulted({
    kind: text(/^[A-Za-z0-9.:_-]{1,253}$/, "a host name or an address"),
    fallback: "127.0.0.1",
    about: 'The address that the server listens on. "0.0.0.0" opens it to the network.',
  }),
  "server.port": defaulted({
    kind: integer(0, 65535),
    fallback: 7007,
    about: "Its port; 0 is any free one.",
  }),
  "server.trustedProxies": defaulted({
    kind: listOf(
      text(/^[0-9a-fA-F.:]{2,45}(\/\d{1,3})?$/, "an address or a range"),
      'addresses and ranges, such as "10.0.0.0/8"',
    ),
    fallback: [],
    about:
      "The proxies in front of the server. Only what comes from these may say by `X-Forwarded-For` whose request it is; from others the header is ignored.",
  }),
  "server.publicUrl": optional({
    env: "TENANT_PUBLIC_URL",
    kind: originUrl(),
    otherwise: "http://localhost with the server's port",
    about:
      "Where people reach the server, such as https://app.example.com. Links in mails lead there, and passkeys are bound to its host: they die when the host changes. Never taken from a request.",
  }),
  "mail.url": optional({
    env: "TENANT_MAIL_URL",
    kind: secretUrl(["smtp:", "smtps:"], "a URL such as smtp://user:password@host:587 (or smtps://…)"),
    otherwise: "mail waits in the outbox, where operators can read it",
    about:
      "The mail server. With smtp:// the connection must become TLS (STARTTLS), unless the server is on this machine.",
  }),
  "mail.from": defaulted({
    env: "TENANT_MAIL_FROM",
    kind: text(
      /^[^\r\n<>]{0,100}<?[^\s@<>]+@[^\s@<>]+>?$/,
      "an address such as Tenancy <no-reply@example.com>",
    ),
    fallback: "Tenancy <no-reply@localhost>",
    about: "The sender of every mail.",
  }),
  "pool.schemas": defaulted({
    kind: integer(0, 1000),
    fallback: 2,
    about: "Schemas prepared ahead, so that a new tenant at schema level is ready at once.",
  }),
  "pool.databases": defaulted({
    kind: integer(0, 100),
    fallback: 1,
    about: "Databases prepared ahead, likewise. Each takes about 10 MB.",
  }),
} satisfies Record<string, Setting<unknown>>;

export type SettingPath = keyof typeof settings;

/** The parsed values by path. */
export type Values = {
  readonly [P in SettingPath]: (typeof settings)[P] extends DefaultedSetting<infer T>
    ? T
    : (typeof settings)[P] extends OptionalSetting<infer T>
      ? T | undefined
      : never;
};

import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { configError } from "./config/errors.ts";
import { readConfigFile } from "./config/file.ts";
import { type Environment, parseSettings } from "./config/parse.ts";
import type { Values } from "./config/settings.ts";
import type { Secret } from "./secret.ts";

export type IsolationLevel = "table" | "schema" | "database";
export type ComplianceRegime = "GDPR" | "SOC2" | "HIPAA" | "ISO27001";

/** `"30s"`, `"30m"`, `"8h"`, `"7d"`, or a number of seconds. */
export type Duration = string | number;

/** What `tenancy.config.ts` may say. Everything is optional; `TENANT_*` variables win over it. */
export interface ConfigInput {
  readonly databaseUrl?: string | undefined;
  readonly isolationLevel?: IsolationLevel | undefined;
  readonly encryptionKey?: string | undefined;
  readonly formerEncryptionKey?: string | undefined;
  readonly cachePrefix?: string | undefined;
  readonly cacheUrl?: string | undefined;
  readonly storageUrl?: string | undefined;
  readonly auditRetentionDays?: number | undefined;
  readonly metricsEnabled?: boolean | undefined;
  readonly alertsWebhook?: string | undefined;
  readonly healthCheckInterval?: Duration | undefined;
  readonly dataDir?: string | undefined;
  readonly security?: {
    readonly encryptionAlgorithm?: "aes-256-gcm" | undefined;
    readonly keyRotationDays?: number | undefined;
    readonly rootKey?: string | undefined;
    readonly formerRootKeys?: readonly string[] | undefined;
    readonly sessionTimeout?: Duration | undefined;
    readonly mfaEnabled?: boolean | undefined;
    readonly mfaRequired?: boolean | undefined;
    readonly operatorMfaRequired?: boolean | undefined;
    readonly policyShadowPercent?: number | undefined;
    readonly breachListUrl?: string | undefined;
    readonly outboundAllow?: readonly string[] | undefined;
  };
  readonly limits?: {
    readonly maxApiCallsPerHour?: number | undefined;
    readonly maxStorageGb?: number | undefined;
    readonly maxConcurrentUsers?: number | undefined;
    readonly maxConcurrentRequests?: number | undefined;
  };
  readonly features?: {
    readonly analytics?: boolean | undefined;
    readonly backup?: boolean | undefined;
    readonly compliance?: readonly ComplianceRegime[] | undefined;
    readonly integrations?: readonly string[] | undefined;
  };
  /** Services that tenants may connect, by name, with the client that you registered there. */
  readonly integrations?:
    | Readonly<
        Record<
          string,
          { readonly clientId: string; readonly clientSecret: string; readonly [more: string]: unknown }
        >
      >
    | undefined;
  readonly app?: {
    readonly migrations?: string | undefined;
    readonly shared?: readonly string[] | undefined;
  };
  readonly server?: {
    readonly host?: string | undefined;
    readonly port?: number | undefined;
    readonly trustedProxies?: readonly string[] | undefined;
    readonly publicUrl?: string | undefined;
  };
  readonly mail?: { readonly url?: string | undefined; readonly from?: string | undefined };
  readonly pool?: { readonly schemas?: number | undefined; readonly databases?: number | undefined };
}

/** The configuration as the platform uses it: complete, checked and frozen. Paths are absolute. */
export interface Config {
  /** Absent: the embedded PostgreSQL in `dataDir`. */
  readonly databaseUrl: Secret<string> | undefined;
  readonly isolationLevel: IsolationLevel;
  /** 32 bytes. Absent: a key kept in `dataDir`. */
  readonly encryptionKey: Secret<Uint8Array> | undefined;
  readonly formerEncryptionKey: Secret<Uint8Array> | undefined;
  readonly cachePrefix: string;
  /** Absent: a cache in each process. */
  readonly cacheUrl: Secret<string> | undefined;
  /** `file:///…` or `s3://…`. */
  readonly storageUrl: string;
  readonly sessionTimeoutMs: number;
  readonly mfaEnabled: boolean;
  readonly auditRetentionDays: number;
  readonly metricsEnabled: boolean;
  readonly alertsWebhook: Secret<string> | undefined;
  readonly healthCheckIntervalMs: number;
  readonly dataDir: string;
  readonly security: {
    readonly encryptionAlgorithm: "aes-256-gcm";
    readonly keyRotationDays: number;
    /** Absent: derived from the encryption key. */
    readonly rootKey: string | undefined;
    readonly formerRootKeys: readonly string[];
    readonly mfaRequired: boolean;
    readonly operatorMfaRequired: boolean;
    readonly policyShadowPercent: number;
    /** Absent: the embedded list alone. */
    readonly breachListUrl: string | undefined;
    readonly outboundAllow: readonly string[];
  };
  readonly limits: {
    readonly maxApiCallsPerHour: number | undefined;
    readonly maxStorageGb: number | undefined;
    readonly maxConcurrentUsers: number | undefined;
    readonly maxConcurrentRequests: number | undefined;
  };
  readonly features: {
    readonly analytics: boolean;
    readonly backup: boolean;
    readonly compliance: readonly ComplianceRegime[];
    readonly integrations: readonly string[];
  };
  readonly integrations: Secret<Readonly<Record<string, Readonly<Record<string, unknown>>>>> | undefined;
  readonly app: { readonly migrations: string; readonly shared: readonly string[] };
  readonly server: {
    readonly host: string;
    readonly port: number;
    /** Addresses and ranges of proxies whose X-Forwarded-For is believed. */
    readonly trustedProxies: readonly string[];
    /** Origin. Absent: http://localhost with the port. */
    readonly publicUrl: string | undefined;
  };
  readonly mail: {
    /** Absent: nothing is sent. */
    readonly url: Secret<string> | undefined;
    readonly from: string;
  };
  readonly pool: { readonly schemas: number; readonly databases: number };
}

export interface LoadConfigOptions {
  /** Such as `process.env`. */
  readonly env: Environment;
  /** The project's folder: `tenancy.config.ts` lies here, and relative paths start here. */
  readonly cwd: string;
  /** The data folder when none is configured. Default: `.tenancy` in `cwd`. */
  readonly defaultDataDir?: (cwd: string) => string;
}

/**
 * Gives `tenancy.config.ts` its types; the values are checked when they are loaded.
 *
 * @example
 * export default defineConfig({ security: { sessionTimeout: "8h" } });
 */
export function defineConfig(config: ConfigInput): ConfigInput {
  return config;
}

/**
 * Reads environment and file, and reports everything that is wrong with them at once.
 *
 * @throws config.invalid with `problems`, config.unreadable with the place in the file
 */
export async function loadConfig(options: LoadConfigOptions): Promise<Config> {
  const cwd = resolve(options.cwd);
  const file = await readConfigFile(cwd);
  const { values, problems } = parseSettings({ env: options.env, file, cwd });
  if (problems.length > 0) {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    const list = problems.map(({ message }) => `- ${message}`).join("\n");
    throw configError("config.invalid", { count, list }, { problems });
  }
  const dataDir =
    values.dataDir ?? (options.defaultDataDir ?? ((folder) => resolve(folder, ".tenancy")))(cwd);
  return freeze(assemble(values, dataDir));
}

function assemble(values: Values, dataDir: string): Config {
  return {
    databaseUrl: values.databaseUrl,
    isolationLevel: values.isolationLevel,
    encryptionKey: values.encryptionKey,
    formerEncryptionKey: values.formerEncryptionKey,
    cachePrefix: values.cachePrefix,
    cacheUrl: values.cacheUrl,
    storageUrl: values.storageUrl ?? pathToFileURL(resolve(dataDir, "storage")).href,
    sessionTimeoutMs: values["security.sessionTimeout"],
    mfaEnabled: values["security.mfaEnabled"],
    auditRetentionDays: values.auditRetentionDays,
    metricsEnabled: values.metricsEnabled,
    alertsWebhook: values.alertsWebhook,
    healthCheckIntervalMs: values.healthCheckInterval,
    dataDir,
    security: {
      encryptionAlgorithm: values["security.encryptionAlgorithm"],
      keyRotationDays: values["security.keyRotationDays"],
      rootKey: values["security.rootKey"],
      formerRootKeys: values["security.formerRootKeys"],
      mfaRequired: values["security.mfaRequired"],
      operatorMfaRequired: values["security.operatorMfaRequired"],
      policyShadowPercent: values["security.policyShadowPercent"],
      breachListUrl: values["security.breachListUrl"],
      outboundAllow: values["security.outboundAllow"],
    },
    limits: {
      maxApiCallsPerHour: values["limits.maxApiCallsPerHour"],
      maxStorageGb: values["limits.maxStorageGb"],
      maxConcurrentUsers: values["limits.maxConcurrentUsers"],
      maxConcurrentRequests: values["limits.maxConcurrentRequests"],
    },
    features: {
      analytics: values["features.analytics"],
      backup: values["features.backup"],
      compliance: values["features.compliance"],
      integrations: values["features.integrations"],
    },
    integrations: values.integrations,
    app: { migrations: values["app.migrations"], shared: values["app.shared"] },
    server: {
      host: values["server.host"],
      port: values["server.port"],
      trustedProxies: values["server.trustedProxies"],
      publicUrl: values["server.publicUrl"],
    },
    mail: { url: values["mail.url"], from: values["mail.from"] },
    pool: { schemas: values["pool.schemas"], databases: values["pool.databases"] },
  };
}

function freeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) {
    // A buffer inside a secret is not reached, and could not be frozen.
    if (Array.isArray(inner) || Object.getPrototypeOf(inner ?? 0) === Object.prototype)
      freeze(inner as object);
  }
  return Object.freeze(value);
}

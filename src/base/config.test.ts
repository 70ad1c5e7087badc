import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { inspect } from "node:util";
import { project } from "../../test/support/config.ts";
import { type Setting, settings } from "./config/settings.ts";
import { defineConfig, loadConfig } from "./config.ts";

test("without environment and file every setting has its default, and all is frozen", async () => {
  using folder = project();

  const config = await folder.load();

  assert.deepEqual(config, {
    databaseUrl: undefined,
    isolationLevel: "table",
    encryptionKey: undefined,
    formerEncryptionKey: undefined,
    cachePrefix: "tenancy",
    cacheUrl: undefined,
    storageUrl: `file://${folder.cwd}/.tenancy/storage`,
    sessionTimeoutMs: 1_800_000,
    mfaEnabled: true,
    auditRetentionDays: 365,
    metricsEnabled: true,
    alertsWebhook: undefined,
    healthCheckIntervalMs: 30_000,
    dataDir: join(folder.cwd, ".tenancy"),
    security: {
      encryptionAlgorithm: "aes-256-gcm",
      keyRotationDays: 90,
      rootKey: undefined,
      formerRootKeys: [],
      mfaRequired: false,
      operatorMfaRequired: false,
      policyShadowPercent: 0.1,
      breachListUrl: undefined,
      outboundAllow: [],
    },
    limits: {
      maxApiCallsPerHour: undefined,
      maxStorageGb: undefined,
      maxConcurrentUsers: undefined,
      maxConcurrentRequests: undefined,
    },
    features: { analytics: true, backup: true, compliance: [], integrations: [] },
    integrations: undefined,
    app: { migrations: join(folder.cwd, "migrations"), shared: [] },
    server: { host: "127.0.0.1", port: 7007, trustedProxies: [], publicUrl: undefined },
    mail: { url: undefined, from: "Tenancy <no-reply@localhost>" },
    pool: { schemas: 2, databases: 1 },
  });
  for (const part of [config, config.security, config.features.compliance, config.app]) {
    assert.ok(Object.isFrozen(part));
  }
});

test("all variables are read", async () => {
  using folder = project();
  const key = Buffer.alloc(32, 7);

  const config = await folder.load({
    TENANT_DATABASE_URL: "postgresql://me:pass@/app?host=/run/postgresql",
    TENANT_ISOLATION_LEVEL: "schema",
    TENANT_ENCRYPTION_KEY: key.toString("base64"),
    TENANT_FORMER_ENCRYPTION_KEY: Buffer.alloc(32, 6).toString("base64"),
    TENANT_ROOT_KEY: "aws-kms://eu-west-3/alias%2Ftenancy",
    TENANT_CACHE_PREFIX: "studio",
    TENANT_CACHE_URL: "rediss://:pass@cache:6380/1",
    TENANT_STORAGE_URL: "s3://files/studio?region=eu-west-3",
    TENANT_SESSION_TIMEOUT: "3600",
    TENANT_MFA_ENABLED: "no",
    TENANT_AUDIT_RETENTION_DAYS: "2190",
    TENANT_METRICS_ENABLED: "0",
    TENANT_ALERTS_WEBHOOK: "https://hooks.example.com/T1",
    TENANT_HEALTH_CHECK_INTERVAL: "1.5m",
    TENANT_PUBLIC_URL: "https://app.example.com/",
    TENANT_MAIL_URL: "smtps://me:pass@mail.example.com",
    TENANT_MAIL_FROM: "Studio <no-reply@example.com>",
    TENANT_INTEGRATIONS: JSON.stringify({ spotify: { clientId: "c1", clientSecret: "a pass" } }),
    PATH: "/usr/bin",
  });

  assert.equal(config.databaseUrl?.reveal(), "postgresql://me:pass@/app?host=/run/postgresql");
  assert.equal(config.isolationLevel, "schema");
  assert.deepEqual(config.encryptionKey?.reveal(), key);
  assert.deepEqual(config.formerEncryptionKey?.reveal(), Buffer.alloc(32, 6));
  assert.equal(config.security.rootKey, "aws-kms://eu-west-3/alias%2Ftenancy");
  assert.equal(config.cachePrefix, "studio");
  assert.equal(config.cacheUrl?.reveal(), "rediss://:pass@cache:6380/1");
  assert.equal(config.storageUrl, "s3://files/studio?region=eu-west-3");
  assert.equal(config.sessionTimeoutMs, 3_600_000);
  assert.equal(config.mfaEnabled, false);
  assert.equal(config.auditRetentionDays, 2190);
  assert.equal(config.metricsEnabled, false);
  assert.equal(config.alertsWebhook?.reveal(), "https://hooks.example.com/T1");
  assert.equal(config.healthCheckIntervalMs, 90_000);
  assert.equal(config.server.publicUrl, "https://app.example.com");
  assert.equal(config.mail.url?.reveal(), "smtps://me:pass@mail.example.com");
  assert.equal(config.mail.from, "Studio <no-reply@example.com>");
  assert.deepEqual(config.integrations?.reveal(), { spotify: { clientId: "c1", clientSecret: "a pass" } });
  assert.doesNotMatch(inspect(config, { depth: 9 }) + JSON.stringify(config), /pass|hooks\.example/);
  const variables = Object.values(settings as Record<string, Setting<unknown>>).flatMap(
    ({ env }) => env ?? [],
  );
  assert.equal(variables.length, 18);
});

test("every key of the file is read, and relative paths start at the project", async () => {
  const file = defineConfig({
    databaseUrl: "postgres://db/app",
    isolationLevel: "database",
    encryptionKey: "ab".repeat(32),
    formerEncryptionKey: "cd".repeat(32),
    cachePrefix: "p",
    cacheUrl: "redis://cache",
    storageUrl: "file:files",
    auditRetentionDays: 30,
    metricsEnabled: false,
    alertsWebhook: "https://hooks.example.com",
    healthCheckInterval: 10,
    dataDir: "data",
    security: {
      encryptionAlgorithm: "aes-256-gcm",
      keyRotationDays: 30,
      rootKey: "file:///run/secrets/root.key",
      formerRootKeys: ["vault+https://vault.example.com/transit/tenancy"],
      sessionTimeout: "8h",
      mfaEnabled: true,
      mfaRequired: true,
      operatorMfaRequired: true,
      policyShadowPercent: 1,
      breachListUrl: "https://list.example/range/",
      outboundAllow: ["10.1.0.0/16"],
    },
    limits: { maxApiCallsPerHour: 1000, maxStorageGb: 0.5, maxConcurrentUsers: 0, maxConcurrentRequests: 9 },
    features: { analytics: false, backup: false, compliance: ["GDPR", "SOC2"], integrations: ["spotify"] },
    integrations: { spotify: { clientId: "c1", clientSecret: "s1" } },
    app: { migrations: "db/migrations", shared: ["genres", "public.keys"] },
    server: { host: "::", port: 0, trustedProxies: ["10.0.0.1"], publicUrl: "http://localhost:8080" },
    mail: { url: "smtp://localhost:2525", from: "no-reply@example.com" },
    pool: { schemas: 0, databases: 5 },
  });
  using folder = project(file);

  const config = await folder.load();

  const written = Object.entries(file).flatMap(([key, value]) =>
    typeof value === "object" && !(key in settings)
      ? Object.keys(value).map((inner) => `${key}.${inner}`)
      : [key],
  );
  assert.deepEqual(written.sort(), Object.keys(settings).sort());
  assert.equal(config.sessionTimeoutMs, 28_800_000);
  assert.equal(config.healthCheckIntervalMs, 10_000);
  assert.equal(config.dataDir, join(folder.cwd, "data"));
  assert.equal(config.storageUrl, `file://${folder.cwd}/files`);
  assert.equal(config.app.migrations, join(folder.cwd, "db/migrations"));
  assert.equal(config.encryptionKey?.reveal().length, 32);
  assert.deepEqual(config.limits, file.limits);
  assert.deepEqual(config.features.compliance, ["GDPR", "SOC2"]);
  assert.deepEqual(config.pool, { schemas: 0, databases: 5 });
});

test("a variable wins over the file, and an empty one does not count", async () => {
  using folder = project({ security: { sessionTimeout: "8h" }, cachePrefix: "file" });

  const config = await folder.load({ TENANT_SESSION_TIMEOUT: "15m", TENANT_CACHE_PREFIX: "" });

  assert.equal(config.sessionTimeoutMs, 900_000);
  assert.equal(config.cachePrefix, "file");
});

test("each default has the form that its setting asks for", () => {
  const context = { origin: "file", cwd: "/" } as const;
  for (const [path, setting] of Object.entries(settings as Record<string, Setting<unknown>>)) {
    if ("fallback" in setting)
      assert.notEqual(setting.kind.parse(setting.fallback, context), undefined, path);
  }
});

test("the composition root may name the default data folder", async () => {
  using folder = project();

  const config = await loadConfig({ env: {}, cwd: folder.cwd, defaultDataDir: () => "/var/lib/tenancy/1" });

  assert.equal(config.storageUrl, "file:///var/lib/tenancy/1/storage");
});

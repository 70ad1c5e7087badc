import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { failure, project } from "../../../test/support/config.ts";

const DURATION = '(such as "30s", "30m", "8h", "7d" or a number of seconds)';
const KEY = "32 random bytes in base64 (44 characters) or hex (64 characters)";
const STORAGE = "file:PATH or s3://BUCKET[/PREFIX][?region=R&endpoint=URL], without credentials";

const badVariables: readonly [name: string, value: string, message: string][] = [
  [
    "TENANT_DATABASE_URL",
    "mysql://root:pw@db/app",
    "Expected `TENANT_DATABASE_URL` to be a URL such as postgresql://user:password@host:5432/database, got another text of 22 characters.",
  ],
  [
    "TENANT_ISOLATION_LEVEL",
    "row",
    'Expected `TENANT_ISOLATION_LEVEL` to be one of table, schema, database, got "row".',
  ],
  [
    "TENANT_ENCRYPTION_KEY",
    "too-short",
    `Expected \`TENANT_ENCRYPTION_KEY\` to be ${KEY}, got another text of 9 characters.`,
  ],
  [
    "TENANT_CACHE_PREFIX",
    "a:b",
    'Expected `TENANT_CACHE_PREFIX` to be 1 to 32 letters, digits, _ or -, beginning with a letter or digit, got "a:b".',
  ],
  [
    "TENANT_CACHE_URL",
    "cache:6379",
    "Expected `TENANT_CACHE_URL` to be a URL such as redis://user:password@host:6379/0 (or rediss://…), got another text of 10 characters.",
  ],
  [
    "TENANT_STORAGE_URL",
    "s3://key:secret@bucket",
    `Expected \`TENANT_STORAGE_URL\` to be ${STORAGE}, got another text of 22 characters.`,
  ],
  [
    "TENANT_SESSION_TIMEOUT",
    "half an hour",
    `Expected \`TENANT_SESSION_TIMEOUT\` to be a duration from 1m to 30d ${DURATION}, got "half an hour".`,
  ],
  [
    "TENANT_SESSION_TIMEOUT",
    "31d",
    `Expected \`TENANT_SESSION_TIMEOUT\` to be a duration from 1m to 30d ${DURATION}, got "31d".`,
  ],
  ["TENANT_MFA_ENABLED", "maybe", 'Expected `TENANT_MFA_ENABLED` to be true or false, got "maybe".'],
  [
    "TENANT_AUDIT_RETENTION_DAYS",
    "0",
    'Expected `TENANT_AUDIT_RETENTION_DAYS` to be a whole number from 1 to 3650, got "0".',
  ],
  [
    "TENANT_AUDIT_RETENTION_DAYS",
    "1.5",
    'Expected `TENANT_AUDIT_RETENTION_DAYS` to be a whole number from 1 to 3650, got "1.5".',
  ],
  ["TENANT_METRICS_ENABLED", "2", 'Expected `TENANT_METRICS_ENABLED` to be true or false, got "2".'],
  [
    "TENANT_ALERTS_WEBHOOK",
    "http://hooks.example.com",
    "Expected `TENANT_ALERTS_WEBHOOK` to be an https:// URL, got another text of 24 characters.",
  ],
  [
    "TENANT_HEALTH_CHECK_INTERVAL",
    "10ms",
    `Expected \`TENANT_HEALTH_CHECK_INTERVAL\` to be a duration from 1s to 1h ${DURATION}, got "10ms".`,
  ],
  [
    "TENANT_DATABSE_URL",
    "x",
    "Expected a known environment variable, got `TENANT_DATABSE_URL`; did you mean `TENANT_DATABASE_URL`?",
  ],
  ["TENANT_COFFEE", "x", "Expected a known environment variable, got `TENANT_COFFEE`."],
];

for (const [name, value, message] of badVariables) {
  test(`the variable ${name}=${value} is refused`, async () => {
    using folder = project();

    const error = await failure(folder.load({ [name]: value }));

    assert.equal(error.code, "config.invalid");
    assert.deepEqual(error.problems, [{ path: name, message }]);
    assert.equal(error.message, `The configuration has 1 problem:\n- ${message}`);
  });
}

const badFiles: readonly [content: string, path: string, message: string][] = [
  [
    '{ limits: { maxStorageGb: "ten" } }',
    "limits.maxStorageGb",
    'Expected `limits.maxStorageGb` to be a number from 0 and up, got "ten".',
  ],
  [
    '{ limits: { maxStorageGb: "10" } }',
    "limits.maxStorageGb",
    'Expected `limits.maxStorageGb` to be a number from 0 and up, got "10".',
  ],
  [
    "{ limits: { maxStorageGb: NaN } }",
    "limits.maxStorageGb",
    "Expected `limits.maxStorageGb` to be a number from 0 and up, got NaN.",
  ],
  [
    "{ limits: { maxApiCallsPerHour: -1 } }",
    "limits.maxApiCallsPerHour",
    "Expected `limits.maxApiCallsPerHour` to be a whole number from 0 and up, got -1.",
  ],
  ["{ limits: 5 }", "limits", "Expected `limits` to be an object, got 5."],
  ["{ limits: null }", "limits", "Expected `limits` to be an object, got null."],
  ["{ limits: [] }", "limits", "Expected `limits` to be an object, got []."],
  [
    "{ limits: { maxStorageGB: 1 } }",
    "limits.maxStorageGB",
    "Expected a known setting, got `limits.maxStorageGB`; did you mean `limits.maxStorageGb`?",
  ],
  ["{ limitz: {} }", "limitz", "Expected a known setting, got `limitz`; did you mean `limits`?"],
  [
    "{ mfaRequired: true }",
    "mfaRequired",
    "Expected a known setting, got `mfaRequired`; did you mean `security.mfaRequired`?",
  ],
  ["{ zebra: 1 }", "zebra", "Expected a known setting, got `zebra`."],
  ['{ "__proto__x": 1 }', "__proto__x", "Expected a known setting, got `__proto__x`."],
  [
    '{ "limits.maxStorageGb": 1 }',
    "limits.maxStorageGb",
    "Expected a known setting, got `limits.maxStorageGb` as one key; write it as `limits: { maxStorageGb: … }`.",
  ],
  [
    '{ security: { encryptionAlgorithm: "rot13" } }',
    "security.encryptionAlgorithm",
    'Expected `security.encryptionAlgorithm` to be "aes-256-gcm", got "rot13".',
  ],
  [
    "{ security: { mfaRequired: 1 } }",
    "security.mfaRequired",
    "Expected `security.mfaRequired` to be true or false, got 1.",
  ],
  [
    "{ security: { mfaRequired: true, mfaEnabled: false } }",
    "security.mfaEnabled",
    "Expected `security.mfaEnabled` to be true, since `security.mfaRequired` is, got false.",
  ],
  [
    "{ security: { sessionTimeout: 59 } }",
    "security.sessionTimeout",
    `Expected \`security.sessionTimeout\` to be a duration from 1m to 30d ${DURATION}, got 59.`,
  ],
  [
    '{ features: { compliance: ["GDPR", "PCI"] } }',
    "features.compliance",
    'Expected `features.compliance` to be a list of GDPR, SOC2, HIPAA, ISO27001, got ["GDPR", "PCI"].',
  ],
  [
    '{ features: { compliance: "GDPR" } }',
    "features.compliance",
    'Expected `features.compliance` to be a list of GDPR, SOC2, HIPAA, ISO27001, got "GDPR".',
  ],
  [
    "{ features: { integrations: [1] } }",
    "features.integrations",
    'Expected `features.integrations` to be a list of names in lower case, such as "spotify", got [1].',
  ],
  [
    '{ app: { shared: ["genres; drop table x"] } }',
    "app.shared",
    'Expected `app.shared` to be a list of table names, such as "genres", got ["genres; drop table x"].',
  ],
  [
    "{ app: { migrations: {} } }",
    "app.migrations",
    "Expected `app.migrations` to be the path of a folder, got an object.",
  ],
  [
    "{ server: { port: 70000 } }",
    "server.port",
    "Expected `server.port` to be a whole number from 0 to 65535, got 70000.",
  ],
  [
    "{ server: { host: null } }",
    "server.host",
    "Expected `server.host` to be a host name or an address, got null.",
  ],
  [
    "{ pool: { schemas: () => 1 } }",
    "pool.schemas",
    "Expected `pool.schemas` to be a whole number from 0 to 1000, got a function.",
  ],
  ['{ encryptionKey: ["a"] }', "encryptionKey", `Expected \`encryptionKey\` to be ${KEY}, got a list.`],
  [
    '{ storageUrl: "ftp://files" }',
    "storageUrl",
    `Expected \`storageUrl\` to be ${STORAGE}, got another text of 11 characters.`,
  ],
  [
    "undefined",
    "tenancy.config.ts",
    "Expected `tenancy.config.ts` to export a configuration by default (export default defineConfig({ … })), got nothing.",
  ],
  [
    "[]",
    "tenancy.config.ts",
    "Expected `tenancy.config.ts` to export a configuration by default (export default defineConfig({ … })), got [].",
  ],
];

for (const [content, path, message] of badFiles) {
  test(`the file ${content} is refused`, async () => {
    using folder = project(`export default ${content};\n`);

    const error = await failure(folder.load());

    assert.equal(error.code, "config.invalid");
    assert.deepEqual(error.problems, [{ path, message }]);
  });
}

test("all problems of environment and file are reported at once", async () => {
  using folder = project("export default { limits: { maxStorageGb: 'x' }, zebra: 1 };\n");

  const error = await failure(folder.load({ TENANT_MFA_ENABLED: "x", TENANT_COFFEE: "x" }));

  assert.deepEqual(
    error.problems.map(({ path }) => path),
    ["TENANT_COFFEE", "zebra", "TENANT_MFA_ENABLED", "limits.maxStorageGb"],
  );
  assert.match(
    error.message,
    /^The configuration has 4 problems:\n- Expected .*\n- Expected .*\n- Expected .*\n- Expected /,
  );
});

const unreadable: readonly [name: string, content: string, message: string][] = [
  [
    "tenancy.config.ts",
    "export default {\n  server: = 2,\n};\n",
    "The configuration file tenancy.config.ts:2:11 cannot be read: Expression expected.",
  ],
  [
    "tenancy.config.mjs",
    "export default {\n  server: = 2,\n};\n",
    "The configuration file tenancy.config.mjs:2:11 cannot be read: Unexpected token '='.",
  ],
  [
    "tenancy.config.ts",
    "enum Level { High }\nexport default {};\n",
    "The configuration file tenancy.config.ts:1:1 cannot be read: TypeScript enum is not supported in strip-only mode.",
  ],
  [
    "tenancy.config.ts",
    "const one = 1;\nexport default { pool: nowhere };\n",
    "The configuration file tenancy.config.ts:2:24 cannot be read: nowhere is not defined.",
  ],
  [
    "tenancy.config.ts",
    'import { nothing } from "node:fs";\nexport default {};\n',
    "The configuration file tenancy.config.ts:1:10 cannot be read: The requested module 'node:fs' does not provide an export named 'nothing'.",
  ],
  [
    "tenancy.config.ts",
    'throw "a text";\n',
    "The configuration file tenancy.config.ts cannot be read: a text.",
  ],
];

for (const [name, content, message] of unreadable) {
  test(`the fault in ${name} is named with its place: ${content.split("\n")[0]}`, async () => {
    using folder = project(content, name);

    const error = await failure(folder.load());

    assert.equal(error.code, "config.unreadable");
    assert.equal(error.message, message);
  });
}

test("two configuration files beside each other are refused", async () => {
  using folder = project({});
  writeFileSync(join(folder.cwd, "tenancy.config.js"), "export default {};\n");

  const error = await failure(folder.load());

  assert.equal(
    error.message,
    "The configuration file tenancy.config.ts cannot be read: tenancy.config.js lies beside it, and only one can count.",
  );
});

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { runCli } from "../../test/support/cli.ts";
import { TEST_KEY } from "../../test/support/house.ts";

let cwd: string;
before(() => {
  cwd = mkdtempSync(join(tmpdir(), "tenancy-cli-"));
  writeFileSync(
    join(cwd, "bad.sql"),
    "create table a (id int primary key);\n\ncreate materialized view v as select 1;\n",
  );
  writeFileSync(join(cwd, "broken.sql"), "create table a (\n  id int,,\n);\n");
});
after(() => rmSync(cwd, { recursive: true, force: true }));

const CONFIGURED = {
  TENANT_DATABASE_URL: "postgresql://x:secret@127.0.0.1:1/x",
  TENANT_ENCRYPTION_KEY: TEST_KEY,
};

interface Bad {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly code: number;
  readonly stderr: string;
}

const usage = (command: string, ...problems: string[]) =>
  [
    `error: \`tenancy${command && ` ${command}`}\` cannot be run like this.`,
    ...problems.map((line) => `  ${line}`),
    `  \`tenancy${command && ` ${command}`} --help\` shows how it is written.`,
    "",
  ].join("\n");

const TABLE: readonly Bad[] = [
  {
    args: ["tenat"],
    code: 2,
    stderr: "error: There is no command `tenat`.\n  Did you mean `tenancy tenant`?\n",
  },
  {
    args: ["zzzzzzzz"],
    code: 2,
    stderr:
      "error: There is no command `zzzzzzzz`.\n  Known are: serve, tenant, app, adopt, plan, region, cell, verify, member, grant, user, service-account, mail, operator, review, support, key, encryption, vault, role, policy, integration, sso, scim, workflow, audit, events, posture, status, doctor.\n",
  },
  {
    args: ["constructor"],
    code: 2,
    stderr:
      "error: There is no command `constructor`.\n  Known are: serve, tenant, app, adopt, plan, region, cell, verify, member, grant, user, service-account, mail, operator, review, support, key, encryption, vault, role, policy, integration, sso, scim, workflow, audit, events, posture, status, doctor.\n",
  },
  {
    args: ["tenant", "creat"],
    code: 2,
    stderr: "error: There is no command `tenant creat`.\n  Did you mean `tenancy tenant create`?\n",
  },
  {
    args: ["tenant", "domain", "ad"],
    code: 2,
    stderr: "error: There is no command `tenant domain ad`.\n  Did you mean `tenancy tenant domain add`?\n",
  },
  {
    args: ["--nonsense"],
    code: 2,
    stderr: usage("", "--nonsense: There is no such option."),
  },
  {
    args: ["tenant", "create"],
    code: 2,
    stderr: usage("tenant create", "--name: Expected a value: --name NAME."),
  },
  {
    args: ["tenant", "create", "--nam", "Studio", "--plan"],
    code: 2,
    stderr: usage(
      "tenant create",
      "--nam: There is no such option; did you mean --name?",
      "--plan: Expected a value: --plan PLAN.",
      "--name: Expected a value: --name NAME.",
    ),
  },
  {
    args: ["tenant", "create", "--name", "--plan", "premium"],
    code: 2,
    stderr: usage(
      "tenant create",
      "--name: Expected a value, got --plan; write --name=--plan if that is it.",
      "premium: Nothing is expected here; put a value with spaces into quotes.",
    ),
  },
  {
    args: ["tenant", "create", "--name", "Music", "Studio"],
    code: 2,
    stderr: usage("tenant create", "Studio: Nothing is expected here; put a value with spaces into quotes."),
  },
  {
    args: ["tenant", "create", "--name", "A", "--name", "B", "--isolation", "row", "--max-users", "many"],
    code: 2,
    stderr: usage(
      "tenant create",
      "--name: Expected it once.",
      '--isolation: Expected it to be one of table, schema, database, got "row".',
      '--max-users: Expected it to be a whole number from 1 to 1000000000, got "many".',
    ),
  },
  {
    args: ["tenant", "create", "--name", "A", "--no-wait=1"],
    code: 2,
    stderr: usage("tenant create", "--no-wait: Expected no value."),
  },
  {
    args: ["tenant", "list", "--limit", "-5", "--status", "activ"],
    code: 2,
    stderr: usage(
      "tenant list",
      '--status: Expected it to be one of provisioning, active, suspended, moving, deleting, erasing, erased, got "activ".',
      '--limit: Expected it to be a whole number from 1 to 100000, got "-5".',
    ),
  },
  {
    args: ["tenant", "show"],
    code: 2,
    stderr: usage("tenant show", "TENANT: Expected an id, slug or domain."),
  },
  {
    args: ["tenant", "show", "acme", "--tenant-id", "other"],
    code: 2,
    stderr: usage("tenant show", "TENANT: Expected TENANT or --tenant-id, not both."),
  },
  {
    args: ["tenant", "suspend", "acme"],
    code: 2,
    stderr: usage("tenant suspend", "--reason: Expected a value: --reason TEXT."),
  },
  {
    args: ["tenant", "update", "acme", "--limit", "maxUsers"],
    code: 2,
    stderr: usage(
      "tenant update",
      '--limit: Expected it to be written as key=number, such as maxUsers=50, got "maxUsers".',
    ),
  },
  {
    args: ["tenant", "restore", "acme", "--to-time", "2026-01-01T14:05Z"],
    code: 2,
    stderr:
      "error: Restoring a tenant to an earlier moment (--to-time) comes with a later release.\n  Without --to-time the command takes back a deletion.\n",
  },
  {
    args: ["tenant", "domain", "add", "acme"],
    code: 2,
    stderr: usage("tenant domain add", "DOMAIN: Expected a host name."),
  },
  {
    args: ["workflow", "show", "7"],
    code: 2,
    stderr: usage("workflow show", 'ID: Expected the id of a workflow (a UUID), got "7".'),
  },
  {
    args: ["events", "--action", "tenant.suspend"],
    code: 2,
    stderr: usage("events", '--action: There is no action "tenant.suspend"; did you mean tenant.suspended?'),
  },
  {
    args: ["cell", "add", "eu", "--region", "local", "--name", "EU", "--url-env", "NOT_SET"],
    code: 2,
    stderr: usage("cell add", "--url-env: The variable NOT_SET is not set."),
  },
  {
    args: ["operator", "link", "--base-url", "ftp://x"],
    code: 2,
    stderr: usage(
      "operator link",
      '--base-url: Expected an address such as https://console.example.com, got "ftp://x".',
    ),
  },
  { args: ["adopt"], code: 2, stderr: usage("adopt", "FILE: Expected it. SQL as an ordinary app has it.") },
  {
    args: ["adopt", "missing.sql"],
    code: 3,
    stderr:
      "error: The file missing.sql cannot be read: it does not exist.\n  Check its name and its permissions.\n",
  },
  {
    args: ["adopt", "broken.sql"],
    code: 2,
    stderr:
      'error: PostgreSQL cannot read broken.sql, line 2, column 10: syntax error at or near ",".\n  Correct the statement there. Only SQL that PostgreSQL itself accepts can be adopted.\n',
  },
  {
    args: ["tenant", "list"],
    env: { TENANT_DATABAS_URL: "x" },
    code: 2,
    stderr:
      "error: The configuration has 1 problem:\n- Expected a known environment variable, got `TENANT_DATABAS_URL`; did you mean `TENANT_DATABASE_URL`?\n  Correct the named settings; docs/reference/config.md lists all of them.\n",
  },
  {
    args: ["tenant", "list"],
    env: { TENANT_DATABASE_URL: CONFIGURED.TENANT_DATABASE_URL },
    code: 2,
    stderr:
      "error: TENANT_DATABASE_URL is set, but TENANT_ENCRYPTION_KEY is not.\n  Draw one with `openssl rand -base64 32`, keep it safe, and give it to every process.\n",
  },
  {
    args: ["tenant", "list"],
    env: CONFIGURED,
    code: 6,
    stderr:
      "error: The database cannot be reached: connect ECONNREFUSED 127.0.0.1:1.\n  Check that it runs and that TENANT_DATABASE_URL is right; `tenancy doctor` tells more.\n",
  },
];

for (const { args, env, input, code, stderr } of TABLE) {
  test(`tenancy ${args.join(" ")}${env ? " (environment)" : ""} is refused with ${code}`, async () => {
    const ran = await runCli(args, { cwd, env, input });

    assert.equal(ran.stderr, stderr);
    assert.equal(ran.stdout, "");
    assert.equal(ran.code, code);
  });
}

test("with --json an error is one JSON object on stderr, and stdout stays empty", async () => {
  const ran = await runCli(["tenant", "create", "--json"], { cwd });

  assert.equal(ran.stdout, "");
  assert.deepEqual(JSON.parse(ran.stderr), {
    error: {
      code: "cli.usage",
      message: "`tenancy tenant create` cannot be run like this.",
      cure: "`tenancy tenant create --help` shows how it is written.",
      problems: [{ path: "--name", message: "Expected a value: --name NAME." }],
    },
  });
});

test("what cannot be made safe is told by file, line, reason and cure, and nothing is accepted", async () => {
  const ran = await runCli(["adopt", "bad.sql"], { cwd });

  assert.equal(ran.code, 2);
  assert.match(ran.stdout, /^-- tenancy: file bad\.sql\n/);
  assert.doesNotMatch(ran.stdout, /materialized/i);
  assert.equal(
    ran.stderr,
    "bad.sql:3: refused: SELECT INTO, EXECUTE and materialized views hold rows without their tenant.\n" +
      "  CREATE TABLE with columns and INSERT … SELECT; or a plain view.\n" +
      "Refused: 1 statement; nothing of this may be applied until they are mended.\n",
  );
});

test("adopt reads standard input, and --check --json lists findings alone", async () => {
  const accepted = await runCli(["adopt", "-", "--quiet"], {
    cwd,
    input: "create table a (id int primary key);",
  });
  const checked = await runCli(["adopt", "bad.sql", "--check", "--json"], { cwd });

  assert.equal(accepted.code, 0);
  assert.equal(accepted.stderr, "");
  assert.match(accepted.stdout, /PRIMARY KEY \(tenant_id, id\)/);
  assert.equal(checked.code, 2);
  assert.equal(checked.stderr, "");
  const { findings, refused, sql } = JSON.parse(checked.stdout);
  assert.deepEqual([findings.length, findings[0].line, refused, sql], [1, 3, 1, undefined]);
});

test("a trace is shown only when it is asked for", async () => {
  writeFileSync(
    join(cwd, "tenancy.config.mjs"),
    "export default { app: { shared: [] }, dataDir: '/dev/null/x' };\n",
  );
  const plain = await runCli(["tenant", "list"], { cwd });
  const traced = await runCli(["tenant", "list"], { cwd, env: { TENANCY_DEBUG: "1" } });
  rmSync(join(cwd, "tenancy.config.mjs"));

  assert.notEqual(plain.code, 0);
  assert.doesNotMatch(plain.stderr, /\n\s+at /);
  assert.match(traced.stderr, /\n\s+at /);
});

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { call } from "../../test/support/api.ts";
import { type Platform, startPlatform } from "../../test/support/platform.ts";
import { signedUser } from "../../test/support/users.ts";
import { systemClock } from "../base/clock.ts";
import { createLog } from "../base/log.ts";

const lines: string[] = [];
let platform: Platform;
before(async () => {
  const log = createLog({
    level: "debug",
    json: true,
    clock: systemClock,
    write: (line) => void lines.push(line),
  });
  platform = await startPlatform({ sql: null, background: false, consoleDir: null, log });
});
after(async () => {
  await platform[Symbol.asyncDispose]();
});

// biome-ignore lint/suspicious/noExplicitAny: answers of many routes, read field by field
type Body = any;

test("no secret that passes through the API stands in a log line or, readable, in any table", async () => {
  const { id } = await platform.tenancy.tenants.create({ name: "Silent" });
  const path = `/v1/tenants/${id}`;
  const owner = await signedUser(platform.tenancy, { tenants: { [id]: ["owner"] } });
  const secrets = new Map<string, string>([["session", owner.token]]);
  const post = async (url: string, body: unknown, more: { method?: string; fails?: boolean } = {}) => {
    const answer = await call<Body>(platform, more.method ?? "POST", url, {
      body,
      key: null,
      headers: { ...owner.headers, "idempotency-key": `k-${url}-${more.fails ?? false}` },
    });
    assert.equal(answer.status >= 400, more.fails ?? false, `${url} ${answer.text}`);
    return answer;
  };

  const password = "nine zebras walk to lunch";
  await post("/v1/me/password", { password }, { method: "PUT" });
  secrets.set("password", password);
  const wrong = "seven zebras went to bed";
  await post("/v1/sign-in/password", { email: owner.user.email, password: wrong }, { fails: true });
  secrets.set("wrong password", wrong);
  secrets.set("totp seed", (await post("/v1/me/factors/totp", undefined)).body.secret);
  secrets.set("api key", (await post(`${path}/api-keys`, { name: "ci", scopes: ["tenants.read"] })).body.key);
  secrets.set("scim token", (await post(`${path}/scim-tokens`, { name: "Entra" })).body.token);
  const clientSecret = "client-secret-of-the-provider";
  const oidc = { issuer: "https://login.example.com", clientId: "tenancy", clientSecret };
  const made = await post(`${path}/sso-connections`, { name: "Directory", oidc });
  const at = `${path}/sso-connections/${made.body.id}`;
  await post(at, { oidc: { clientSecret: `${clientSecret}-2` } }, { method: "PATCH" });
  secrets.set("client secret", clientSecret);
  await post(`${path}/invitations`, { email: "silent@example.com", roles: ["member"] });
  const { mail } = platform.tenancy.internals;
  const [entry] = await mail.list("silent@example.com");
  const token = /#invitation=([\w-]+)/.exec((await mail.read(entry?.id ?? "")).text ?? "")?.[1] ?? "";
  await post("/v1/sign-in/invitation/show", { token });
  secrets.set("invitation", token);
  const code = "code-of-the-provider-answer";
  await call(platform, "GET", `/v1/sso/${made.body.id}/callback?code=${code}&state=x`, { key: null });
  await post(
    "/v1/sign-in/sso/finish",
    { connectionId: made.body.id, answer: `code=${code}` },
    { fails: true },
  );
  secrets.set("authorization code", code);
  const stolen = "ten_stolen-key-that-is-not-ours-any-more";
  await call(platform, "GET", path, { key: stolen });
  secrets.set("refused key", stolen);

  const { control } = platform.tenancy.internals;
  const { rows: tables } = await control.query<{ name: string }>(
    "select format('tenancy.%I', tablename) as name from pg_tables where schemaname = 'tenancy'",
  );
  const placesOf = async (text: string) => {
    const hex = Buffer.from(text).toString("hex");
    const places = lines.some((line) => line.includes(text)) ? ["log"] : [];
    for (const { name } of tables) {
      const { rows } = await control.query<{ n: number }>(
        `select count(*)::int as n from ${name} t where strpos(t::text, $1) > 0 or strpos(t::text, $2) > 0`,
        [text, hex],
      );
      if (rows[0]?.n !== 0) places.push(name);
    }
    return places;
  };
  // What is no secret is found by the same search: in the log, in a table, in a record.
  const found = await placesOf(owner.user.id);
  for (const place of ["log", "tenancy.users", "tenancy.audit_records"])
    assert.ok(found.includes(place), place);
  for (const [what, secret] of secrets) {
    assert.ok(secret && secret.length > 15, what);
    assert.deepEqual(await placesOf(secret), [], what);
  }
});

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { call } from "../../test/support/api.ts";
import { type Platform, startPlatform } from "../../test/support/platform.ts";
import { ANONYMOUS_RECORDS, TALLY_NETWORKS_MAX } from "./limits.ts";
import { RefusalTally } from "./refusal-tally.ts";

let platform: Platform;
before(async () => {
  platform = await startPlatform({ background: false, consoleDir: null });
});
after(() => platform[Symbol.asyncDispose]());

const BURST = ANONYMOUS_RECORDS.ofNetwork.burst;
const control = () => platform.tenancy.internals.control;
const records = async (action: string) =>
  (
    await control().query<{ detail: { network: string | null; count: number; statuses: object } }>(
      "select body::json -> 'detail' as detail from tenancy.audit_records where action = $1 order by id",
      [action],
    )
  ).rows.map(({ detail }) => detail);
/** Records of refusals, one each. */
const rows = async () => {
  const { rows: found } = await control().query<{ n: number }>(
    "select count(*)::int as n from tenancy.audit_records where actor = 'nobody' and action <> 'request.refusals_counted'",
  );
  return found[0]?.n ?? 0;
};

test("an anonymous flood leaves the burst and one count; who has a credential is recorded as ever", async () => {
  const before = await rows();
  const flood = BURST + 400;
  const statuses = new Set<number>();
  for (let sent = 0; sent < flood; sent += 100) {
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        call(platform, "GET", n % 2 === 0 ? "/v1/tenants" : "/v1/nowhere", { key: null }),
      ),
    );
    for (const { status } of answers) statuses.add(status);
  }
  const grown = (await rows()) - before;

  const known = await call(platform, "GET", "/v1/tenants");
  const refused = await call(platform, "GET", "/v1/tenants/nobody");
  await platform.app.close();

  assert.deepEqual([...statuses], [401]);
  // A few more than the burst: it fills up again by one a second.
  assert.ok(grown >= BURST && grown < BURST + 100, `${grown} records`);
  const { rows: own } = await control().query(
    "select outcome from tenancy.audit_records where request_id = any($1) order by id",
    [[known, refused].map(({ headers }) => headers.get("x-request-id"))],
  );
  assert.deepEqual(
    own.map(({ outcome }) => outcome),
    ["allowed", "denied"],
  );
  const counted = await records("request.refusals_counted");
  const sum = counted.reduce((total, { count }) => total + count, 0);
  assert.equal(grown + sum, flood);
  assert.ok(counted.length <= 2);
  assert.deepEqual([...new Set(counted.map(({ network }) => network))], ["127.0.0.1"]);
});

test("a flood from many addresses leaves no more than the share of all, and a bounded number of counts", async () => {
  const { audit } = platform.tenancy.internals;
  let nowMs = Date.parse("2026-11-26T08:00:00Z");
  const clock = { now: () => new Date(nowMs) };
  const tally = new RefusalTally({ audit, clock, onError: (error) => assert.fail(error) });
  let alone = 0;
  const seconds = 100;
  for (let second = 0; second < seconds; second++) {
    nowMs += 1_000;
    for (let n = 0; n < 1_000; n++) {
      const ip = n % 2 === 0 ? `198.18.${second}.${n % 250}` : `2001:db8:${second}:${n}::${n}`;
      if (tally.takes(ip, 401)) alone += 1;
    }
  }
  const before = (await records("request.refusals_counted")).length;

  await tally.flush();

  const { burst, perSecond } = ANONYMOUS_RECORDS.ofAll;
  assert.ok(alone <= burst + seconds * perSecond, `${alone} alone`);
  const counted = (await records("request.refusals_counted")).slice(before);
  assert.ok(counted.length <= TALLY_NETWORKS_MAX + 1);
  assert.equal(
    counted.reduce((sum, { count }) => sum + count, alone),
    seconds * 1_000,
  );
});

test("all addresses of an IPv6 subscriber are one network, and an IPv4 address in IPv6 clothes is itself", async () => {
  const { audit } = platform.tenancy.internals;
  const clock = { now: () => new Date(0) };
  const tally = new RefusalTally({ audit, clock, onError: (error) => assert.fail(error) });
  for (let n = 0; n < BURST; n++) assert.ok(tally.takes(`2001:db8::${n.toString(16)}`, 404));

  assert.equal(tally.takes("2001:db8::ffff:1", 404), false);
  assert.equal(tally.takes("2001:db8:0:1::1", 404), true);
  for (let n = 0; n < BURST; n++) assert.ok(tally.takes(n % 2 ? "::ffff:192.0.2.1" : "192.0.2.1", 404));
  assert.equal(tally.takes("192.0.2.1", 404), false);
});

test("counts that could not be written are written the next time, with what has come meanwhile", async () => {
  const { audit } = platform.tenancy.internals;
  let isAway = true;
  const writer = {
    write: (...given: Parameters<typeof audit.writer.write>) =>
      isAway ? Promise.reject(new Error("The database is away.")) : audit.writer.write(...given),
  };
  const told: string[] = [];
  const tally = new RefusalTally({
    audit: Object.create(audit, { writer: { value: writer } }),
    clock: { now: () => new Date(0) },
    onError: (error) => void told.push(error.message),
  });
  const flood = (ip: string) => {
    for (let n = 0; n < BURST + 5; n++) tally.takes(ip, 401);
  };
  for (const ip of ["203.0.113.1", "203.0.113.2"]) flood(ip);
  const before = (await records("request.refusals_counted")).length;
  await assert.rejects(tally.flush(), /away/);
  tally.takes("203.0.113.1", 404);
  isAway = false;

  await tally.flush();
  await tally.flush();

  assert.deepEqual(
    (await records("request.refusals_counted"))
      .slice(before)
      .map(({ network, statuses }) => [network, statuses]),
    [
      ["203.0.113.1", { "401": 5, "404": 1 }],
      ["203.0.113.2", { "401": 5 }],
    ],
  );
  await tally.close();
});

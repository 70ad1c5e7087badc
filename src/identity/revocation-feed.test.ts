import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { type House, openHouse } from "../../test/support/house.ts";
import { signedUser } from "../../test/support/users.ts";
import { createTenancy, type Tenancy } from "../start.ts";
import { createApiKey, revokeApiKey } from "./api-keys.ts";
import { Credentials } from "./credentials.ts";
import { FEED_STALE_MS } from "./limits.ts";
import { addMember, removeMember } from "./members.ts";
import { RevocationFeed } from "./revocation-feed.ts";
import { endSessions } from "./sessions.ts";

const BY = { actor: "test", principal: null };
let house: House;
/** Another process on the same database, as far as the database can tell: pools, listener and feed of its own. */
let elsewhere: Tenancy;

before(async () => {
  house = await openHouse({ sql: null });
  elsewhere = await createTenancy({ env: house.env, cwd: house.cwd, background: false });
});
after(async () => {
  await elsewhere.close();
  await house[Symbol.asyncDispose]();
});

const here = () => house.tenancy.internals.identity;
const there = () => elsewhere.internals.identity;

/** Until it is remembered and the feed is fresh: a request that asks no table. */
async function warm(ask: () => Promise<unknown>): Promise<void> {
  for (let i = 0; i < 5; i++) {
    assert.ok(await ask());
    await sleep(60);
  }
}

test("a session, a key and a membership that are ended elsewhere are dead here within half a second", async () => {
  const { user, token } = await signedUser(house.tenancy);
  const key = await createApiKey(here().parts, { name: "k" }, BY);
  const tenant = await house.tenancy.tenants.create({ name: "Bound" });
  const owner = await signedUser(house.tenancy, { tenants: { [tenant.id]: ["owner"] } });
  assert.ok(owner);
  await addMember(here().parts, { tenantId: tenant.id, userId: user.id, roles: ["viewer"] }, BY);
  const asks = [
    () => here().credentials.session(token),
    () => here().credentials.apiKey(key.key),
    () => here().memberships.find(tenant.id, user.id),
  ];
  for (const ask of asks) await warm(ask);

  await removeMember(there().parts, { tenantId: tenant.id, userId: user.id }, BY);
  await revokeApiKey(there().parts.pool, key.id, BY);
  await endSessions(there().parts, user.id, BY);
  await sleep(FEED_STALE_MS);

  for (const ask of asks) assert.equal(await ask(), undefined);
});

test("the bound holds with the connections of both listeners cut", async () => {
  const { user, token } = await signedUser(house.tenancy);
  const cut = async () => {
    await here().parts.pool.query(`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name = 'tenancy-listener'`);
  };
  await warm(() => here().credentials.session(token));

  await cut();
  await endSessions(there().parts, user.id, BY);
  await cut();
  await sleep(FEED_STALE_MS);

  assert.equal(await here().credentials.session(token), undefined);
});

test("a feed that cannot look is stale, and then nobody is believed without the table", async () => {
  const { user, token } = await signedUser(house.tenancy);
  const pool = new pg.Pool({ connectionString: house.url, max: 1 });
  const feed = new RevocationFeed(pool);
  const credentials = new Credentials(here().parts, feed);
  await warm(() => credentials.session(token));
  assert.ok(feed.isFresh());
  // Its only connection is taken: the next look waits for ever.
  const held = await pool.connect();
  await sleep(FEED_STALE_MS + 150);

  assert.equal(feed.isFresh(), false);
  assert.ok(await credentials.session(token), "who is good stays in");
  await endSessions(there().parts, user.id, BY);

  assert.equal(await credentials.session(token), undefined, "at once");
  feed.close();
  held.release();
  await pool.end();
});

test("a revocation whose transaction commits late is not overlooked", async () => {
  const pool = new pg.Pool({ connectionString: house.url, max: 3 });
  const feed = new RevocationFeed(pool);
  const settle = async () => {
    feed.isFresh();
    await sleep(250);
  };
  await settle();
  const slow = await pool.connect();
  await slow.query("begin");
  await slow.query("insert into tenancy.revocations (kind, subject) values ('session', 'late')");
  // Others commit meanwhile, with higher ids, and are read.
  await pool.query("insert into tenancy.revocations (kind, subject) values ('session', 'early')");
  const seq = feed.seq;
  await settle();
  assert.equal(feed.isRevoked(["session:late"], seq), false);

  const before = feed.seq;
  await slow.query("commit");
  await settle();

  assert.equal(feed.isRevoked(["session:late"], before), true);
  feed.close();
  slow.release();
  await pool.end();
});

test("a flood of notifications fills no memory and makes nobody be believed", async () => {
  const feed = new RevocationFeed(here().parts.pool);
  const seq = feed.seq;

  for (let i = 0; i < 120_000; i++) feed.hear(`session ${i}`);

  assert.equal(feed.isRevoked(["session:another"], seq), true, "all is forgotten, rather than too much kept");
  feed.close();
});

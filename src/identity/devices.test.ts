import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type House, openHouse } from "../../test/support/house.ts";
import { signedUser } from "../../test/support/users.ts";
import { one } from "../db/sql.ts";
import { withTx } from "../db/tx.ts";
import { Credentials } from "./credentials.ts";
import { recogniseDevice } from "./devices.ts";
import { renewSession } from "./second-factor.ts";
import { openSession } from "./sessions.ts";
import { findSigner } from "./sign-in-store.ts";

const origin = { device: "Firefox, Linux", ip: "192.0.2.7" };
let house: House;
let nowMs = Date.now();
before(async () => {
  house = await openHouse({ sql: null, clock: { now: () => new Date(nowMs) } });
});
after(async () => {
  await house[Symbol.asyncDispose]();
});

const identity = () => house.tenancy.internals.identity.parts;

async function newPerson() {
  const { user } = await signedUser(house.tenancy);
  const person = await one(identity().pool, findSigner, [user.id]);
  return (token: string | null, provider?: string) =>
    withTx(identity().pool, (tx) =>
      recogniseDevice(tx, identity(), person, { token, origin, ...(provider ? { provider } : {}) }),
    );
}

test("a browser that a provider vouched for is known for that provider alone; one's own is known for all", async () => {
  const [signIn, other] = [await newPerson(), await newPerson()];
  const begunMs = nowMs;
  const hostile = await signIn(null, "sso:hostile");
  nowMs += 8 * 86_400_000;

  const again = await signIn(hostile.mark.token, "sso:hostile");
  const elsewhere = await signIn(again.mark.token, "sso:elsewhere");
  const own = await signIn(elsewhere.mark.token);

  assert.deepEqual([again.isNew, again.since.getTime()], [false, begunMs]);
  assert.deepEqual([elsewhere.isNew, elsewhere.since.getTime()], [true, nowMs]);
  assert.deepEqual([own.isNew, own.since.getTime()], [true, nowMs]);
  const third = await signIn(own.mark.token, "sso:third");
  assert.equal(third.isNew, false, "they proved themselves that it is theirs");
  assert.equal((await other(third.mark.token)).isNew, true);
});

test("a provider's word of a browser does not outlast a step-up, which may make the session count everywhere", async () => {
  const { user } = await signedUser(house.tenancy);
  const steppedUp = async (amr: readonly string[]) => {
    const opened = await withTx(identity().pool, (tx) =>
      openSession(tx, identity(), {
        person: { userId: user.id },
        amr,
        isMfa: false,
        origin,
        deviceSince: new Date(nowMs - 1_000),
      }),
    );
    const before = await new Credentials(identity()).session(opened.token);
    assert.ok(before?.kind === "user" && before.deviceSince);
    const renewed = await withTx(identity().pool, (tx) =>
      renewSession(tx, identity(), before, ["pwd"], false),
    );
    const after = await new Credentials(identity()).session(renewed?.token ?? "");
    assert.ok(after?.kind === "user");
    return after.deviceSince;
  };

  assert.equal(await steppedUp(["sso", "sso:hostile"]), null);
  assert.equal((await steppedUp(["link"]))?.getTime(), nowMs - 1_000);
});

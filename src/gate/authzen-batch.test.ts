import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type pg from "pg";
import { type House, openHouse } from "../../test/support/house.ts";
import { systemClock } from "../base/clock.ts";
import { addMember } from "../identity/members.ts";
import { Memberships } from "../identity/memberships.ts";
import { createServiceAccount } from "../identity/service-accounts.ts";
import { createUser } from "../identity/users.ts";
import { EVALUATIONS_MAX, evaluateAll } from "./authzen-batch.ts";

let house: House;
before(async () => {
  house = await openHouse({ sql: null });
});
after(() => house[Symbol.asyncDispose]());

const BY = { actor: "test", principal: null };

test("a full batch about as many subjects looks them up in three statements, and knows no other tenant's", async () => {
  const { control, identity, access } = house.tenancy.internals;
  const { id: tenantId } = await house.tenancy.tenants.create({ name: "Studio" });
  const { id: otherId } = await house.tenancy.tenants.create({ name: "Other" });
  const subjects: { type: string; id: string }[] = [];
  for (let n = 0; n < 4; n++) {
    const user = await createUser(identity.parts, { email: `u${n}@example.com`, name: `U${n}` }, BY);
    const at = n === 3 ? otherId : tenantId;
    await addMember(identity.parts, { tenantId: at, userId: user.id, roles: ["member"] }, BY);
    subjects.push({ type: "user", id: n % 2 === 0 ? `U${n}@Example.com` : user.id });
    const account = { tenantId: at, name: `robot ${n}`, roles: ["member"] };
    const { id } = await createServiceAccount(identity.parts, account, BY);
    subjects.push({ type: "service_account", id });
  }
  let statements = 0;
  const pool = new Proxy(control, {
    get(target, name) {
      if (name !== "query") return Reflect.get(target, name);
      return (...given: unknown[]) => {
        statements += 1;
        return Reflect.apply(target.query, target, given);
      };
    },
  }) as pg.Pool;
  const memberships = new Memberships({ pool, clock: systemClock });
  const parts = { access: await access(), memberships, pool, clock: systemClock };
  const evaluations = Array.from({ length: EVALUATIONS_MAX }, (_, n) => ({
    subject: subjects[n % subjects.length],
  }));
  const asked = { action: { name: "data.read" }, resource: { type: "record", id: "1" }, evaluations };

  const answer = await evaluateAll(parts, tenantId, asked);

  assert.ok("evaluations" in answer);
  const decisions = answer.evaluations.slice(0, subjects.length).map(({ decision }) => decision);
  assert.deepEqual(decisions, [true, true, true, true, true, true, false, false]);
  assert.equal(answer.evaluations.length, EVALUATIONS_MAX);
  assert.equal(statements, 3);
});

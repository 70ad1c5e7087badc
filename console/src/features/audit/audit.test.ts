import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuditRecord } from "../../api/types.ts";
import { isOf } from "./check-proof.ts";
import { keptCheckpoint } from "./kept-checkpoint.ts";
import { exportUrl, parseAuditSearch } from "./queries.ts";

const record: AuditRecord = {
  id: "01990000-0000-7000-8000-000000000001",
  at: "2026-11-26T00:00:00.000Z",
  kind: "change",
  action: "tenant.updated",
  outcome: "allowed",
  actor: "user:1",
  onBehalfOf: null,
  tenantId: null,
  resource: null,
  requestId: "r",
  ip: null,
  session: null,
  detail: {},
};

test("proved bytes that say something else than the record on the screen are no proof of it", () => {
  const body = JSON.stringify(record);

  assert.equal(isOf(record, { body }), true);
  assert.equal(isOf(record, { body: null }), true);
  assert.equal(isOf({ ...record, action: "tenant.read" }, { body }), false);
  assert.equal(isOf({ ...record, outcome: "denied" }, { body }), false);
  assert.equal(isOf({ ...record, tenantId: "t" }, { body }), false);
  assert.equal(isOf(record, { body: JSON.stringify({ ...record, id: "another" }) }), false);
});

test("whoever did it, for whom, from where, and the details are proved with the record, in whatever order", () => {
  const whole: AuditRecord = {
    ...record,
    policies: ["p1"],
    of: "member:1",
    detail: { name: "A", limits: { a: 1, b: 2 } },
  };
  const body = JSON.stringify({ ...whole, detail: { limits: { b: 2, a: 1 }, name: "A" }, v: 1 });

  assert.equal(isOf(whole, { body }), true);
  const forged: Partial<AuditRecord>[] = [
    { actor: "user:2" },
    { onBehalfOf: "user:3" },
    { ip: "192.0.2.7" },
    { policies: ["p2"] },
    { of: "member:2" },
    { before: "d" },
    { after: "d" },
    { detail: { name: "B", limits: { a: 1, b: 2 } } },
    { detail: {} },
    { asked: { permission: "data.read", kind: "user", id: "1", roles: [] } },
  ];
  for (const each of forged) assert.equal(isOf({ ...whole, ...each }, { body }), false, JSON.stringify(each));
});

test("what a record is opened to on the way is no part of its bytes, and what its release did not write is not missed", () => {
  const sealed = JSON.stringify({ ...record, personal: { subject: "user:1", sealed: "s" } });
  const { id, at, action, actor, tenantId } = record;

  assert.equal(
    isOf({ ...record, personal: { subject: "user:1", data: { email: "a" } } }, { body: sealed }),
    true,
  );
  assert.equal(
    isOf({ ...record, requestId: null }, { body: JSON.stringify({ id, at, action, actor, tenantId }) }),
    true,
  );
});

test("a provable file takes only tenant and times; other formats take every filter", () => {
  const filters = parseAuditSearch({
    action: "tenant.read",
    from: "2026-11-01",
    to: "no time",
    outcome: "?",
  });

  assert.equal(exportUrl("/v1/audit", "proof", filters), "/v1/audit/export?format=proof&from=2026-11-01");
  assert.equal(
    exportUrl("/v1/audit", "csv", filters),
    "/v1/audit/export?format=csv&action=tenant.read&from=2026-11-01",
  );
});

test("what the browser kept of the log counts only when it is whole", () => {
  const kept = (text: string | null) => keptCheckpoint({ getItem: () => text });

  assert.equal(kept(null), undefined);
  assert.equal(kept("{"), undefined);
  assert.equal(kept('{"key":"k"}'), undefined);
  assert.deepEqual(kept('{"key":"k","note":"n","at":"a","more":1}'), { key: "k", note: "n", at: "a" });
});

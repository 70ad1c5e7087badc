import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { call } from "../../test/support/api.ts";
import { startPlatform } from "../../test/support/platform.ts";

interface Proof {
  readonly id: string;
  readonly status: string;
  readonly counts: { readonly tried: number; readonly crossed: number };
  readonly attempts: readonly { readonly way: string }[];
}
const PATIENCE_MS = 60_000;

test("a proof asked for over HTTP goes on in the server, holds, and is shown with the tenant", async () => {
  await using platform = await startPlatform({ background: false, consoleDir: null });
  const { id: tenantId } = await platform.tenancy.tenants.create({ name: "Proved" });

  const started = await call<Proof>(platform, "POST", "/v1/proofs", { body: { tenantId } });
  assert.deepEqual([started.status, started.body.status], [202, "running"]);
  const path = `/v1/proofs/${started.body.id}`;
  const deadlineMs = Date.now() + PATIENCE_MS;
  let proof = (await call<Proof>(platform, "GET", path)).body;
  while (proof.status === "running" && Date.now() < deadlineMs) {
    await sleep(100);
    proof = (await call<Proof>(platform, "GET", path)).body;
  }

  assert.equal(proof.status, "held");
  assert.ok(proof.counts.tried > 50);
  assert.equal(proof.counts.crossed, 0);
  assert.ok(proof.attempts.some(({ way }) => /cache/.test(way)));
  const list = await call<{ items: Proof[] }>(platform, "GET", `/v1/proofs?tenantId=${tenantId}`);
  assert.deepEqual(
    list.body.items.map(({ id }) => id),
    [proof.id],
  );
  const shown = await call<{ lastProofId: string; walls: { holds: boolean }[] }>(
    platform,
    "GET",
    "/v1/tenants/proved/protection",
  );
  assert.equal(shown.body.lastProofId, proof.id);
  assert.ok(shown.body.walls.every(({ holds }) => holds));
});

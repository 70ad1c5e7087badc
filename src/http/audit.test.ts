import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { call } from "../../test/support/api.ts";
import { type Platform, startPlatform } from "../../test/support/platform.ts";
import { leafHash, sha256, verifyConsistency, verifyInclusion } from "../audit/merkle.ts";
import {
  cosign,
  noteSigner,
  parseCheckpoint,
  parseNote,
  parseVkey,
  toVkey,
  verifyNote,
} from "../audit/note.ts";
import { verifyExport } from "../audit/verify-export.ts";
import { uuidv7 } from "../base/ids.ts";

let platform: Platform;
const ids: Record<string, string> = {};
before(async () => {
  platform = await startPlatform({ background: false, consoleDir: null });
  for (const slug of ["aurora", "borealis"]) {
    ids[slug] = (await platform.tenancy.tenants.create({ name: slug, slug })).id;
    for (const plan of ["premium", "enterprise"]) {
      await call(platform, "PATCH", `/v1/tenants/${slug}`, { body: { plan } });
    }
    await call(platform, "GET", `/v1/tenants/${slug}`);
  }
  await platform.tenancy.internals.audit.sequencer.run();
});
after(async () => {
  await platform[Symbol.asyncDispose]();
});

interface Found {
  id: string;
  action: string;
  tenantId: string | null;
  ip: string | null;
  actor: string;
}
const get = <T>(path: string) => call<T>(platform, "GET", path);

/** A file as it is downloaded. */
async function download(path: string): Promise<string> {
  const response = await fetch(platform.url + path, {
    headers: { authorization: `Bearer ${platform.apiKey}` },
  });
  assert.equal(response.status, 200);
  return response.text();
}

test("the log is searched by any field, page by page, newest first", async () => {
  const all = await get<{ items: Found[]; nextCursor: string | null }>("/v1/audit/records?limit=3");
  const next = await get<{ items: Found[] }>(`/v1/audit/records?limit=3&cursor=${all.body.nextCursor}`);
  const plans = await get<{ items: Found[] }>(
    `/v1/tenants/aurora/audit/records?action=tenant.updated&ip=127.0.0.1&kind=change&outcome=allowed`,
  );
  const none = await get<{ items: Found[] }>("/v1/audit/records?ip=192.0.2.1");
  const future = await get<{ items: Found[] }>("/v1/audit/records?from=2099-01-01T00:00:00Z");

  assert.equal(all.body.items.length, 3);
  assert.ok((next.body.items[0]?.id ?? "~") < (all.body.items[2]?.id ?? ""));
  assert.equal(plans.body.items.length, 2);
  assert.deepEqual([none.body.items, future.body.items], [[], []]);
});

test("a tenant's log shows nothing of another tenant: not in searches, records, proofs or exports", async () => {
  const foreign = await get<{ items: Found[] }>("/v1/tenants/borealis/audit/records");
  const id = foreign.body.items[0]?.id ?? "";

  const own = await get<{ items: Found[] }>("/v1/tenants/aurora/audit/records?limit=200");
  const record = await get(`/v1/tenants/aurora/audit/records/${id}`);
  const proof = await get(`/v1/tenants/aurora/audit/records/${id}/proof`);
  const unknown = await get(`/v1/tenants/aurora/audit/records/${uuidv7()}`);
  const exports = await Promise.all(
    ["proof", "jsonl", "csv", "ocsf"].map((format) =>
      download(`/v1/tenants/aurora/audit/export?format=${format}`),
    ),
  );

  assert.ok(own.body.items.length > 3);
  assert.ok(own.body.items.every((each) => each.tenantId === ids["aurora"]));
  const said = ({ text }: { text: string }) => text.replace(/"requestId":"[^"]+"/, "");
  assert.deepEqual([record.status, proof.status], [404, 404]);
  assert.deepEqual([said(record), said(proof)], [said(unknown), said(unknown)]);
  for (const text of exports) {
    assert.ok(text.includes("tenant.updated"));
    assert.ok(!text.includes("borealis") && !text.includes(ids["borealis"] ?? ""));
  }
});

test("operators narrow the whole log to one tenant; a tenant cannot widen its own", async () => {
  const ofOne = await get<{ items: Found[] }>(`/v1/audit/records?tenantId=${ids["aurora"]}&limit=200`);
  const chain = await download(`/v1/audit/export?tenantId=${ids["aurora"]}`);
  const widened = await get(`/v1/tenants/aurora/audit/records?tenantId=${ids["borealis"]}`);
  const exported = await get(`/v1/tenants/aurora/audit/export?format=csv&tenantId=${ids["borealis"]}`);

  assert.ok(ofOne.body.items.length > 3);
  assert.ok(ofOne.body.items.every((each) => each.tenantId === ids["aurora"]));
  const report = await verifyExport(chain.split("\n"), { key: platform.tenancy.internals.audit.signer });
  assert.deepEqual([report.faults, report.chains], [[], 1]);
  assert.deepEqual([widened.status, exported.status], [422, 422]);
});

test("the state tells how long records are kept, and who watches the log", async () => {
  const { body } = await get<{ retentionDays: number; prunedBefore: string | null; witnesses: unknown[] }>(
    "/v1/tenants/aurora/audit/state",
  );

  assert.deepEqual(
    [body.retentionDays, body.prunedBefore, Array.isArray(body.witnesses)],
    [platform.tenancy.config.auditRetentionDays, null, true],
  );
});

interface Proof {
  id: string;
  body: string;
  index: number;
  leaf: string;
  bodyHash: string;
  path: string[];
  checkpoint: string;
  key: string;
  proof: string;
}
const bytes = (text: string) => Buffer.from(text, "base64");

test("anyone can check the proof of a record with the log's key alone", async () => {
  const { body: found } = await get<{ items: Found[] }>("/v1/tenants/aurora/audit/records?kind=change");

  const { body: proof } = await get<Proof>(`/v1/tenants/aurora/audit/records/${found.items[0]?.id}/proof`);

  const key = parseVkey(proof.key);
  const note = parseNote(proof.checkpoint);
  assert.ok(key && note && verifyNote(note, key));
  const checkpoint = parseCheckpoint(note.text);
  assert.ok(checkpoint);
  const extra = bytes(/^extra (.+)$/m.exec(proof.proof)?.[1] ?? "");
  assert.deepEqual(leafHash(extra), bytes(proof.leaf));
  assert.deepEqual(sha256(proof.body), bytes(proof.bodyHash));
  assert.ok(extra.toString().includes(proof.bodyHash));
  const { size, root } = checkpoint;
  assert.ok(
    verifyInclusion({
      index: proof.index,
      size,
      root,
      leaf: bytes(proof.leaf),
      proof: proof.path.map(bytes),
    }),
  );
});

test("checkpoint and tiles are those of a C2SP tiled log; the tree grows consistently", async () => {
  const first = await call(platform, "GET", "/v1/tenants/aurora/audit/log/checkpoint");
  const older = parseCheckpoint(parseNote(first.text)?.text ?? "");
  await call(platform, "PATCH", "/v1/tenants/aurora", { body: { plan: "premium" } });
  await platform.tenancy.internals.audit.sequencer.run();
  const second = await call(platform, "GET", "/v1/audit/log/checkpoint");
  const newer = parseCheckpoint(parseNote(second.text)?.text ?? "");
  assert.ok(older && newer);

  const { body } = await get<{ path: string[] }>(`/v1/audit/consistency?from=${older.size}&to=${newer.size}`);
  const width = newer.size % 256;
  const tile = await fetch(`${platform.url}/v1/tenants/aurora/audit/log/tile/0/000.p/${width}`, {
    headers: { authorization: `Bearer ${platform.apiKey}` },
  });
  const beyond = await get("/v1/audit/log/tile/0/x001/000");
  const odd = await get("/v1/audit/log/tile/00/../0");

  const claim = { size1: older.size, root1: older.root, size2: newer.size, root2: newer.root };
  assert.ok(newer.size > older.size && newer.size < 256);
  assert.ok(verifyConsistency({ ...claim, proof: body.path.map(bytes) }));
  assert.equal((await tile.arrayBuffer()).byteLength, width * 32);
  assert.deepEqual([beyond.status, odd.status], [404, 404]);
});

test("a witness cosigns; a wrong key, another log's checkpoint and a changed one are refused", async () => {
  const witness = noteSigner("witness.example.com/w1", Buffer.alloc(32, 3), "witness");
  const stranger = noteSigner("witness.example.com/w1", Buffer.alloc(32, 4), "witness");
  const { text } = await call(platform, "GET", "/v1/audit/log/checkpoint");
  const signed = parseNote(text)?.text ?? "";
  const send = (note: string) => call(platform, "POST", "/v1/audit/cosignatures", { body: { note } });

  const early = await send(`${text}${cosign(witness, signed, 1)}\n`);
  const added = await call(platform, "POST", "/v1/audit/witnesses", { body: { key: toVkey(witness) } });
  const wrongType = await call(platform, "POST", "/v1/audit/witnesses", {
    body: { key: toVkey(platform.tenancy.internals.audit.signer) },
  });
  const foreign = await send(`${text}${cosign(stranger, signed, 1)}\n`);
  const changed = await send(`${text.replace("\n", "x\n")}${cosign(witness, signed, 1)}\n`);
  const good = await send(`${text}${cosign(witness, signed, 1_764_000_000)}\n`);

  assert.deepEqual(
    [early, wrongType, foreign, changed].map(({ status }) => status),
    [422, 422, 422, 422],
  );
  assert.deepEqual([added.status, good.status], [204, 200]);
  const cosigned = parseNote((await call(platform, "GET", "/v1/audit/log/checkpoint")).text);
  assert.ok(cosigned && verifyNote(cosigned, witness));
});

test("an export taken over the API proves itself offline", async () => {
  const text = await download("/v1/audit/export");

  const key = platform.tenancy.internals.audit.signer;
  const report = await verifyExport(text.split("\n"), { key });

  assert.deepEqual([report.faults, report.isWhole], [[], true]);
});

test("a spreadsheet gets no formula, OCSF its classes", async () => {
  const csv = await download("/v1/tenants/aurora/audit/export?format=csv");
  const ocsf = await download("/v1/tenants/aurora/audit/export?format=ocsf&action=tenant.updated");

  assert.match(csv, /^id,at,kind,action,outcome,actor,.*,detail\r\n/);
  const event = JSON.parse(ocsf.split("\n")[0] ?? "") as { class_uid: number; activity_id: number };
  assert.deepEqual([event.class_uid, event.activity_id], [6003, 3]);
});

test("a legal hold and relaxed reads are put, shown and lifted", async () => {
  const path = "/v1/tenants/borealis/audit/settings";
  const put = await call<{ reads: string; hold: { reason: string } | null }>(platform, "PATCH", path, {
    body: { reads: "relaxed", holdReason: "Case 7" },
  });
  const shown = await get<{ reads: string; hold: { reason: string } | null }>(path);
  const lifted = await call<{ hold: unknown }>(platform, "PATCH", path, { body: { holdReason: null } });

  assert.deepEqual([put.body.reads, put.body.hold?.reason], ["relaxed", "Case 7"]);
  assert.deepEqual(shown.body, put.body);
  assert.equal(lifted.body.hold, null);
});

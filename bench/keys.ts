import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from "node:crypto";
import { recordEvent } from "../src/audit/record.ts";
import { uuidv7 } from "../src/base/ids.ts";
import { Custodians } from "../src/keys/custodians.ts";
import { RootKey } from "../src/keys/derive.ts";
import { Encryption } from "../src/keys/encryption.ts";
import { wrappingContext } from "../src/keys/key-tree.ts";
import { Keyring } from "../src/keys/keyring.ts";
import { LocalCustodian } from "../src/keys/local-custodian.ts";
import { replaceRoot } from "../src/keys/root-change.ts";
import { sealedTable } from "../src/keys/sealed-table.ts";
import { type Bench, interleave, openBench, type Result } from "./support.ts";

const TENANTS = 10_000;
const VALUES = 40_000;

/** Sealing against the bare cipher, a change of the root key over all tenants, and values led to a new key. */
export async function benchKeys(): Promise<Result[]> {
  await using bench = await openBench();
  return [...(await benchSealing(bench)), await benchRootChange(bench), await benchReseal(bench)];
}

async function benchSealing(bench: Bench): Promise<Result[]> {
  const { keyring } = bench.tenancy.internals;
  const scope = { tenantId: uuidv7() };
  const plain = randomBytes(1024);
  const context = ["patients", "ssn", "4711"];
  const sealed = await keyring.seal(scope, "columns", context, plain);
  const key = createSecretKey(randomBytes(32));
  const bare = bareSeal(key, plain);
  const [, sealing] = await interleave(
    [
      { name: "bare", run: async () => bareSeal(key, plain) },
      { name: "seal", run: () => keyring.seal(scope, "columns", context, plain) },
    ],
    { concurrency: 1, roundMs: 500, rounds: 5 },
  );
  const [, opening] = await interleave(
    [
      { name: "bare", run: async () => bareOpen(key, bare) },
      { name: "open", run: () => keyring.open(scope, context, sealed) },
    ],
    { concurrency: 1, roundMs: 500, rounds: 5 },
  );
  const line = (work: string, measured: typeof sealing): Result => ({
    work: `${work} 1 KiB with a key per message, context and commitment, against bare AES-256-GCM`,
    must: "stated",
    measured: `${Math.round(measured?.perSecond ?? 0).toLocaleString("en")}/s, ${measured?.ratio.median.toFixed(2)}x`,
    isMet: null,
  });
  return [line("seal", sealing), line("open", opening)];
}

function bareSeal(key: KeyObject, plain: Buffer): Buffer {
  const iv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, iv);
  return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function bareOpen(key: KeyObject, sealed: Buffer): Buffer {
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, 12));
  decipher.setAuthTag(sealed.subarray(-16));
  return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]);
}

async function benchRootChange({ tenancy }: Bench): Promise<Result> {
  const { control } = tenancy.internals;
  const [old, next] = [randomBytes(32), randomBytes(32)].map((key) => new LocalCustodian(new RootKey(key)));
  if (!old || !next) throw new Error("Two roots were made");
  const rows = await Promise.all(
    Array.from({ length: TENANTS }, async () => {
      const [id, tenantId] = [uuidv7(), uuidv7()];
      const context = wrappingContext({ tenantId }, id, 1);
      return { id, tenantId, wrapped: await old.wrap(context, randomBytes(32)) };
    }),
  );
  await control.query(
    `insert into tenancy.wrapping_keys (id, tenant_id, generation, custodian, wrapped)
     select id, tenant_id, 1, $1, wrapped from unnest($2::uuid[], $3::uuid[], $4::bytea[]) as n (id, tenant_id, wrapped)`,
    [old.id, rows.map((r) => r.id), rows.map((r) => r.tenantId), rows.map((r) => r.wrapped)],
  );
  const startedMs = performance.now();
  const moved = await replaceRoot({
    pool: control,
    custodians: new Custodians(next, [old]),
    record: (tx, ...event) => recordEvent(tx, { actor: "bench" }, ...event),
  });
  const seconds = (performance.now() - startedMs) / 1_000;
  if (moved !== TENANTS) throw new Error(`${moved} keys moved`);
  return {
    work: "a new root key takes over 10,000 tenants",
    must: "≤ 5 s",
    measured: `${seconds.toFixed(2)} s`,
    isMet: seconds <= 5,
  };
}

async function benchReseal({ tenancy, bare }: Bench): Promise<Result> {
  const { control, rootKey, parts } = tenancy.internals;
  const custodians = new Custodians(new LocalCustodian(rootKey));
  const keyring = new Keyring({ pool: control, custodians });
  const scope = { tenantId: uuidv7() };
  await bare.query(
    "create table tenancy.bench_secrets (tenant_id uuid, id bigint, sealed bytea not null, primary key (tenant_id, id))",
  );
  const context = (id: string) => ["bench_secrets", id];
  const sealed = await Promise.all(
    Array.from({ length: VALUES }, (_, i) =>
      keyring.seal(scope, "secrets", context(String(i)), Buffer.from(`a secret of some length ${i}`)),
    ),
  );
  await bare.query(
    "insert into tenancy.bench_secrets select $1, ordinality - 1, sealed from unnest($2::bytea[]) with ordinality as n (sealed)",
    [scope.tenantId, sealed],
  );
  const place = sealedTable({
    keyring,
    pool: control,
    purpose: "secrets",
    table: "bench_secrets",
    column: "sealed",
    tenantColumn: "tenant_id",
    key: [{ name: "id", type: "bigint" }],
    context: ([id = ""]) => context(id),
  });
  const encryption = new Encryption({
    pool: control,
    keyring,
    custodians,
    clock: parts.clock,
    rotationDays: 90,
    places: [place],
    record: recordEvent,
    drainMs: 0,
  });
  await encryption.startRotation(scope, { actor: "bench" });
  const startedMs = performance.now();
  const swept = await encryption.finish(scope);
  const perSecond = (swept?.resealed ?? 0) / ((performance.now() - startedMs) / 1_000);
  if (swept?.resealed !== VALUES || swept.retired.length !== 1)
    throw new Error("Not all values were led over");
  return {
    work: `values sealed anew under a new key, online, by compare and swap, until the count of the old key is 0 (${VALUES.toLocaleString("en")})`,
    must: "≥ 20,000/s",
    measured: `${Math.round(perSecond).toLocaleString("en")}/s`,
    isMet: perSecond >= 20_000,
  };
}

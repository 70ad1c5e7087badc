import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { answerOf, runCli } from "../../test/support/cli.ts";
import { type House, openHouse } from "../../test/support/house.ts";
import { isTenancyError } from "../base/errors.ts";
import { ISOLATION_LEVELS } from "../tenants/tenant.ts";
import { exportTenant } from "./export-tenant.ts";

let house: House;
before(async () => {
  house = await openHouse();
});
after(() => house?.[Symbol.asyncDispose]());

const code = (expected: string) => (error: unknown) => isTenancyError(error, expected);

for (const isolation of ISOLATION_LEVELS) {
  test(`at ${isolation} level an export holds all rows and files of its tenant, and nobody else's, up to the erasure`, async () => {
    const { tenants, data, internals } = house.tenancy;
    const [own, other] = [
      await tenants.create({ name: `Export ${isolation}`, isolation }),
      await tenants.create({ name: `Other ${isolation}`, isolation }),
    ];
    for (const tenant of [own, other]) {
      await data.run(tenant.id, async (ctx) => {
        const { id } = await ctx.table("tracks").insert({ title: `Of ${tenant.slug}`, durationMs: 7 });
        await ctx.table("mixes").insertMany([
          { trackId: id, name: "é\n1" },
          { trackId: id, name: "2" },
        ]);
        await ctx.storage.put("mixes/final 1.wav", `file of ${tenant.slug}`, { contentType: "audio/wav" });
      });
    }
    const take = (name: string) =>
      exportTenant(internals.parts, internals.storage, own.record, join(house.cwd, name), { actor: "test" });
    const lines = async (name: string, table: string) =>
      (await readFile(join(house.cwd, name, `rows/${table}.ndjson`), "utf8"))
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line));

    await own.delete({ confirm: own.slug as string });
    const done = await take(`export-${isolation}`);

    assert.deepEqual(
      done.tables.map(({ table, rows }) => [table.replace("public.", ""), rows]),
      [
        ["mixes", 2],
        ["tracks", 1],
      ],
    );
    const tracks = await lines(`export-${isolation}`, "tracks");
    assert.deepEqual(
      tracks.map(({ title, duration_ms, tenant_id }) => [title, duration_ms, tenant_id]),
      [[`Of ${own.slug}`, 7, undefined]],
    );
    const mixes = await lines(`export-${isolation}`, "mixes");
    assert.deepEqual(mixes.map(({ name }) => name).sort(), ["2", "é\n1"]);
    const file = await readFile(join(house.cwd, `export-${isolation}/files/mixes/final 1.wav`), "utf8");
    assert.equal(file, `file of ${own.slug}`);
    assert.equal(done.files[0]?.sha256, createHash("sha256").update(file).digest("hex"));
    const manifest = JSON.parse(await readFile(join(house.cwd, `export-${isolation}/manifest.json`), "utf8"));
    assert.deepEqual(manifest, JSON.parse(JSON.stringify(done)));
    await assert.rejects(() => take(`export-${isolation}`), code("export.folder_in_use"));
  });
}

test("the command writes the same, and an erased tenant has nothing to export", async () => {
  const { tenants } = house.tenancy;
  const tenant = await tenants.create({ name: "By command" });

  const ran = await runCli(
    ["tenant", "export", tenant.slug as string, "--to", "by-command", "--json"],
    house,
  );

  assert.equal(ran.code, 0, ran.stderr);
  const { folder, ...counts } = answerOf(ran) as Record<string, unknown>;
  assert.deepEqual(counts, { tables: 2, rows: 0, files: 0, sizeBytes: 0 });
  assert.deepEqual((await readdir(folder as string)).sort(), ["manifest.json", "rows"]);
  await tenant.delete({ confirm: tenant.slug as string, graceDays: 0 });
  await tenants.erase(tenant.id);
  const late = await runCli(["tenant", "export", tenant.id, "--to", "late"], house);
  assert.equal(late.code, 3);
});

test("an export holds the values of sealed columns, as plain ones would stand there", async () => {
  await using sealed = await openHouse({
    sql: `
      create table notes (
        id bigint generated always as identity primary key, person_id int not null, body text, amount numeric, at timestamptz,
        data jsonb, raw bytea, ok boolean, plain text
      );
      ${["amount", "at", "data", "raw", "ok"].map((name) => `comment on column notes.${name} is '@sealed';`).join("\n")}
      comment on column notes.body is '@sealed subject=person_id';`,
    shared: [],
  });
  const { tenants, data, internals } = sealed.tenancy;
  const { id, record } = await tenants.create({ name: "Sealed Export" });
  const at = new Date("2026-11-26T03:00:00.120Z");
  const whole = {
    amount: "12345678901234567890.10",
    at,
    data: { a: [1, "é"] },
    raw: Buffer.from("bytes"),
    ok: true,
  };
  await data.run(id, (ctx) =>
    ctx
      .table("notes")
      .insertMany([
        { personId: 1, body: 'say "hi"', plain: "p", ...whole },
        { personId: 2, body: "gone" },
        { personId: 3 },
      ]),
  );
  await internals.subjects.shred(id, "person_id:2", async () => undefined);

  const folder = join(sealed.cwd, "sealed-export");
  await exportTenant(internals.parts, internals.storage, record, folder, { actor: "test" });

  const text = await readFile(join(folder, "rows/notes.ndjson"), "utf8").catch(() =>
    readFile(join(folder, "rows/public.notes.ndjson"), "utf8"),
  );
  assert.match(text, /"amount": 12345678901234567890\.10/);
  const rows = text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  const nothing = { amount: null, at: null, data: null, raw: null, ok: null, plain: null, body: null };
  assert.deepEqual(
    rows.map(({ amount: _, ...row }) => row),
    [
      {
        id: 1,
        person_id: 1,
        body: 'say "hi"',
        plain: "p",
        at: "2026-11-26T03:00:00.12+00:00",
        data: { a: [1, "é"] },
        raw: "\\x6279746573",
        ok: true,
      },
      { ...nothing, id: 2, person_id: 2 },
      { ...nothing, id: 3, person_id: 3 },
    ].map(({ amount: _, ...row }: Record<string, unknown>) => row),
  );
});

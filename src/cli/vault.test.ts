import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { answerOf, runCli } from "../../test/support/cli.ts";
import { type Platform, startPlatform } from "../../test/support/platform.ts";
import { keepVault } from "../../test/support/vaults.ts";

let platform: Platform;
before(async () => {
  platform = await startPlatform({ sql: null, background: false, consoleDir: null });
  for (const slug of ["ours", "theirs"]) {
    const { id } = await platform.tenancy.tenants.create({ name: slug, slug });
    await keepVault(platform, id, `Vault of ${slug}`);
  }
});
after(() => platform[Symbol.asyncDispose]());

const run = (...args: string[]) => runCli(["vault", ...args], platform.house);
const listed = async (tenant: string): Promise<{ id: string; name: string; items: number }[]> =>
  answerOf(await run("list", tenant, "--json")).items;

test("a vault is deleted in its own tenant alone, and only when somebody says so", async () => {
  const [own, other] = [(await listed("ours"))[0], (await listed("theirs"))[0]];
  assert.deepEqual([own?.name, own?.items], ["Vault of ours", 1]);

  const foreign = await run("delete", "ours", other?.id ?? "", "--yes");
  const unasked = await run("delete", "ours", own?.id ?? "");
  assert.match(foreign.stderr, /There is no vault/);
  assert.match(unasked.stderr, /the vault Vault of ours with 1 values would be deleted/);
  assert.equal((await listed("ours")).length, 1);
  const done = await run("delete", "ours", own?.id ?? "", "--yes", "--json");

  assert.deepEqual(JSON.parse(done.stdout), { id: own?.id, deleted: true });
  assert.deepEqual(await listed("ours"), []);
  assert.deepEqual(await listed("theirs"), [other]);
});

import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { startCli } from "../../test/support/cli.ts";
import { openHouse } from "../../test/support/house.ts";

test("a server that is asked for no link makes none, and says how to get one", async () => {
  await using house = await openHouse({ sql: null, configFile: "export default { server: { port: 0 } };\n" });
  const serve = async (...options: string[]) => {
    const { child, ended } = startCli(["serve", ...options], { cwd: house.cwd, env: house.env });
    await once(child.stdout as NodeJS.ReadableStream, "data");
    child.kill("SIGINT");
    return (await ended).stdout;
  };

  const told = await serve("--no-link");
  const answer = JSON.parse(await serve("--no-link", "--json"));

  assert.match(told, /Sign in with a link that `\.\/manage operator link` makes\./);
  assert.doesNotMatch(told, /#link=/);
  assert.equal(answer.link, null);
  const { rows } = await house.tenancy.internals.control.query(
    "select action from tenancy.audit_records where action = 'operator.link_created'",
  );
  assert.deepEqual(rows, []);
  assert.match(await serve(), /#link=/);
});

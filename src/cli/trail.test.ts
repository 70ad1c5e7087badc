import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type House, openHouse } from "../../test/support/house.ts";
import { ACTIONS } from "../audit/record.ts";
import { addMember } from "../identity/members.ts";
import { createUser } from "../identity/users.ts";
import { parseCommandLine, readWords } from "./arguments.ts";
import { liveCall } from "./live-call.ts";
import { allCommands } from "./nouns.ts";
import { Output } from "./output.ts";

const BY = { actor: "test", principal: null };
const known = new Set<string>(ACTIONS);
/** Nothing reaches the platform: their examples name files that are not there. */
const FILELESS = new Set([
  "app migrate",
  "app types",
  "audit digest",
  "audit verify",
  "cell add",
  "policy add",
  "policy check",
  "policy replay",
  "role set",
]);

let house: House;
before(async () => {
  house = await openHouse();
  const { tenants, internals } = house.tenancy;
  for (const slug of ["acme", "studio-xyz"]) await tenants.create({ name: slug, slug });
  const { parts } = internals.identity;
  const { id: userId } = await createUser(parts, { email: "ada@example.com", name: "Ada" }, BY);
  const { id: tenantId } = await tenants.get("acme");
  await addMember(parts, { tenantId, userId, roles: ["member"] }, BY);
  // The commands read their configuration as they do in a process of their own.
  Object.assign(process.env, house.env);
  process.chdir(house.cwd);
});
after(async () => {
  process.chdir("/");
  await house[Symbol.asyncDispose]();
});

const silent = { write: () => true };

/** Runs a command as the command line does; tells whether it reached the platform, and what it left there. */
async function leaves(command: Awaited<ReturnType<typeof allCommands>>[number]) {
  const [line = ""] = command.examples;
  const bare = line.replace(/^.*\| /, "").replace(/ > .*$/, "");
  const argv = [...bare.matchAll(/"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2] ?? "").slice(1);
  const { without } = readWords(argv);
  const out = new Output({ stdout: silent, stderr: silent, env: {}, isJson: true, isQuiet: true });
  const parsed = parseCommandLine(command, without(command.path.length));
  const live = liveCall(command, parsed, out, new AbortController().signal);
  let isOpened = false;
  const call = {
    ...live,
    readStdin: async () => "",
    open: () => {
      isOpened = true;
      return live.open();
    },
  };
  let isRefused = false;
  try {
    await command.run(call);
  } catch {
    isRefused = true;
    live.hasFailed();
  } finally {
    await live.close();
  }
  const { rows } = await house.tenancy.internals.control.query<{ action: string; outcome: string }>(
    "select action, outcome from tenancy.audit_records where request_id = $1 order by id",
    [live.by.requestId],
  );
  return { isOpened, isRefused, rows };
}

test("every command names an action that is known, or says why it leaves none", async () => {
  for (const command of await allCommands()) {
    const name = command.path.join(" ");
    if (command.action === null) assert.match(command.unrecorded, /^[A-Z].{20,}\.$/, name);
    else assert.ok(known.has(command.action) || /^[a-z_]+\.read$/.test(command.action), name);
  }
});

test("every command that reaches the platform leaves its record, once, refused or not", async () => {
  for (const command of await allCommands()) {
    if (command.action === null) continue;
    const name = command.path.join(" ");

    const { isOpened, isRefused, rows } = await leaves(command);

    if (!isOpened) {
      assert.ok(FILELESS.has(name), `${name} did not reach the platform`);
      assert.deepEqual(rows, [], name);
      continue;
    }
    const actions = rows.map(({ action }) => action);
    // What a refused command had begun may have its own record, such as the run that then failed.
    if (isRefused && rows.length === 1 && rows[0]?.action === command.action)
      assert.notEqual(rows[0].outcome, "allowed", name);
    assert.equal(actions.filter((action) => action === command.action).length, 1, `${name}: ${actions}`);
  }
});

test("every background duty names the actions that it leaves, or says why it leaves none", () => {
  const { duties } = house.tenancy.internals.keeper;

  assert.ok(duties.length >= 15);
  assert.equal(new Set(duties.map(({ name }) => name)).size, duties.length);
  for (const duty of duties) {
    if (duty.actions === null) assert.match(duty.unrecorded, /^[A-Z].{20,}\.$/, duty.name);
    else
      assert.ok(
        duty.actions.every((action) => known.has(action)),
        duty.name,
      );
  }
});

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { readLockfile } from "../scripts/complete-lockfile.ts";
import { testDatabase } from "./support/db.ts";
import { TEST_KEY } from "./support/house.ts";

const ROOT = join(import.meta.dirname, "..");
const TSC = join(ROOT, "node_modules/.bin/tsc");

let app: string;

/** What `npm pack` and `npm install` would make: the build, and of all packages only those that come with it. */
before(async () => {
  app = await mkdtemp(join(tmpdir(), "tenancy-package-"));
  const home = join(app, "node_modules/tenancy");
  await run(TSC, ["-p", join(ROOT, "tsconfig.build.json"), "--outDir", join(home, "dist")]);
  const published = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8"));
  await writeFile(join(home, "package.json"), JSON.stringify({ ...published, workspaces: undefined }));
  await cp(join(ROOT, "sql"), join(home, "sql"), { recursive: true });
  for (const [path, entry] of Object.entries(readLockfile().packages)) {
    const name = /^node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(path)?.[1];
    const isTypes = path === "node_modules/@types/node"; // every TypeScript app has it
    if (name === undefined || name.startsWith("@tenancy/") || (entry.dev && !isTypes)) continue;
    const link = join(app, path);
    await mkdir(dirname(link), { recursive: true });
    await symlink(join(ROOT, path), link).catch(() => undefined);
  }
  await writeFile(join(app, "package.json"), JSON.stringify({ type: "module" }));
  await cp(join(import.meta.dirname, "package/consumer.ts"), join(app, "consumer.ts"));
});
after(() => rm(app, { recursive: true, force: true }));

test("an app with strict types and skipLibCheck off compiles against the published package", async () => {
  const compilerOptions = {
    ...{ target: "es2024", lib: ["es2024", "esnext.disposable"], module: "nodenext", types: ["node"] },
    ...{ strict: true, skipLibCheck: false, outDir: "out", preserveSymlinks: true },
  };
  await writeFile(join(app, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["consumer.ts"] }));

  assert.equal(await run(TSC, ["-p", app]), "");
});

test("each way into the package can be imported as JavaScript, and the CLI says its version", async () => {
  const said = await run(process.execPath, [
    "--input-type=module",
    "-e",
    `import ${JSON.stringify(join(app, "out/consumer.js"))}; console.log("ok")`,
  ]);
  const version = await run(process.execPath, [
    join(app, "node_modules/tenancy/dist/cli/main.js"),
    "--version",
  ]);

  assert.equal(said.trim(), "ok");
  assert.match(version, /^\d+\.\d+\.\d+\n$/);
});

test("the server runs from the package with the console in it, at a URL on localhost", async () => {
  await using db = await testDatabase();
  const home = join(app, "node_modules/tenancy");
  // What `npm run build` puts there; building it takes a minute.
  await mkdir(join(home, "dist/console"), { recursive: true });
  await writeFile(
    join(home, "dist/console/index.html"),
    "<!doctype html><title>Console of the package</title>",
  );
  await writeFile(
    join(app, "tenancy.config.mjs"),
    "export default { server: { port: 0 }, pool: { schemas: 0, databases: 0 } };",
  );
  const child = spawn(process.execPath, [join(home, "dist/cli/main.js"), "serve", "--json"], {
    cwd: app,
    env: { PATH: process.env["PATH"], TENANT_DATABASE_URL: db.url, TENANT_ENCRYPTION_KEY: TEST_KEY },
  });
  let complained = "";
  child.stderr.on("data", (chunk) => {
    complained += chunk;
  });
  const exited = once(child, "exit");
  try {
    let said = "";
    for await (const chunk of child.stdout) {
      said += chunk;
      if (said.includes("\n}\n")) break;
    }
    assert.ok(said, complained);
    const { url, consoleUrl, link } = JSON.parse(said) as Record<"url" | "consoleUrl" | "link", string>;
    const page = await fetch(url, { headers: { accept: "text/html" } });
    const signedIn = await fetch(`${url}/v1/sessions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ token: new URL(link).hash.slice("#link=".length) }),
    });

    assert.match(url, /^http:\/\/localhost:\d+$/);
    assert.equal(consoleUrl, url);
    assert.match(await page.text(), /Console of the package/);
    assert.equal(signedIn.status, 201);
  } finally {
    child.kill("SIGINT");
  }
  assert.deepEqual(await exited, [0, null], complained);
});

async function run(program: string, args: string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(program, args, { cwd: app }).catch(
    (failure) => failure,
  );
  return `${stdout}${stderr}`;
}

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { readLockfile } from "../scripts/complete-lockfile.ts";

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

async function run(program: string, args: string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(program, args, { cwd: app }).catch(
    (failure) => failure,
  );
  return `${stdout}${stderr}`;
}

/** `npm run build`: what is published. JavaScript and declarations from `tsc`, the SQL beside them, the console built. */
import { spawnSync } from "node:child_process";
import { cpSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

function run(command: string, args: string[]): void {
  const { status } = spawnSync(command, args, { cwd: ROOT, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

rmSync(`${ROOT}dist`, { recursive: true, force: true });
run("tsc", ["-p", "tsconfig.build.json"]);
run("npm", ["run", "build", "-w", "console"]);
cpSync(`${ROOT}console/dist`, `${ROOT}dist/console`, { recursive: true });

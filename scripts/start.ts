/**
 * `npm start`: the platform on this machine, from nothing to a link to sign in with. Builds the console, then it is
 * `tenancy serve`. `npm start -- --no-console` leaves the console as it is, built or not.
 */
import { run } from "../src/cli/run.ts";
import { buildConsole } from "./console-build.ts";

if (!process.argv.includes("--no-console"))
  await buildConsole((line) => void process.stdout.write(`${line}\n`));
process.exit(await run(["serve"]));

/**
 * A process that keeps limits with others. Commands come as lines of JSON on stdin, answers go to stdout:
 * hammer (take a rate as often as possible), hold (take permits and keep them), release, facts.
 */
import { createInterface } from "node:readline";
import type { Rate } from "../../src/gate/gcra.ts";
import { createTenancy } from "../../src/start.ts";

type Command =
  | {
      readonly do: "hammer";
      readonly key: string;
      readonly rate: Rate;
      readonly forMs: number;
      readonly width: number;
    }
  | { readonly do: "hold"; readonly key: string; readonly most: number; readonly tries: number }
  | { readonly do: "release"; readonly key: string; readonly count: number }
  | { readonly do: "facts" };

const tenancy = await createTenancy({ env: process.env, cwd: process.cwd(), background: false });
const { limits } = tenancy.internals;
await limits.open();
const say = (answer: unknown) => process.stdout.write(`${JSON.stringify(answer)}\n`);
say({ ready: true });

for await (const line of createInterface(process.stdin)) say(await obey(JSON.parse(line) as Command)); // the test's own
await tenancy.close();
process.exit(0);

async function obey(command: Command): Promise<unknown> {
  switch (command.do) {
    case "hammer":
      return hammer(command);
    case "hold": {
      const tries = Array.from({ length: command.tries }, () =>
        limits.permits.take(command.key, command.most),
      );
      return { admitted: (await Promise.all(tries)).filter(Boolean).length };
    }
    case "release":
      for (let i = 0; i < command.count; i++) limits.permits.release(command.key);
      return {};
    case "facts":
      return limits.facts;
    default:
      return command satisfies never;
  }
}

/** The moments, in ms of the machine's clock, at which a request was let in. */
async function hammer({ key, rate, forMs, width }: Extract<Command, { do: "hammer" }>): Promise<unknown> {
  const endMs = performance.now() + forMs;
  const admittedMs: number[] = [];
  let refused = 0;
  const workers = Array.from({ length: width }, async () => {
    while (performance.now() < endMs) {
      const take = await limits.rates.take(key, rate);
      if (take.isAdmitted) admittedMs.push(performance.timeOrigin + performance.now());
      else refused += 1;
      // Others have their turn, and what is refused in memory does not fill the loop.
      await new Promise((resolve) => setTimeout(resolve, take.isAdmitted ? 0 : 1));
    }
  });
  await Promise.all(workers);
  return { admittedMs, refused };
}

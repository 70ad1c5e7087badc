import { parseCommandLine, readWords } from "./arguments.ts";
import type { Command } from "./command.ts";
import { asExpected, cliError, printError } from "./errors.ts";
import { EXIT, exitCodeOf } from "./exit-codes.ts";
import { commandHelp, groupHelp, topHelp } from "./help.ts";
import { liveCall } from "./live-call.ts";
import { findCommand } from "./nouns.ts";
import { Output } from "./output.ts";
import { readVersion } from "./version.ts";

/** Connections that do not end in time are cut with the process. */
const CLOSE_TIMEOUT_MS = 5_000;

/** Runs one command line; resolves to the exit code. */
export async function run(argv: readonly string[]): Promise<number> {
  const isDebug = !["", "0", undefined].includes(process.env["TENANCY_DEBUG"]);
  const has = (name: string) =>
    argv.slice(0, argv.includes("--") ? argv.indexOf("--") : argv.length).includes(name);
  const out = new Output({
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    isJson: has("--json"),
    isQuiet: has("--quiet"),
  });
  for (const stream of [process.stdout, process.stderr]) stream.on("error", ignoreBrokenPipe);
  try {
    return await dispatch(argv, out, has);
  } catch (error) {
    printError(out, error, isDebug);
    return exitCodeOf(asExpected(error));
  }
}

async function dispatch(
  argv: readonly string[],
  out: Output,
  has: (name: string) => boolean,
): Promise<number> {
  const all = readWords(argv);
  const isHelpWord = all.words[0] === "help";
  const words = isHelpWord ? all.words.slice(1) : all.words;
  const isHelp = isHelpWord || has("--help") || has("-h");
  if (words.length === 0 && !isHelp && has("--version")) {
    const version = await readVersion();
    out.answer({ version, node: process.version }, () => `${version}\n`);
    return EXIT.ok;
  }
  if (words.length === 0 && !isHelp && argv.length > 0) refuseLooseOptions(argv);
  const found = await findCommand(words);
  if (found.kind === "group") {
    const isTop = found.prefix.length === 0;
    const text = isTop
      ? topHelp(found.commands, await readVersion())
      : groupHelp(found.prefix, found.commands);
    if (isHelp || isTop) out.raw(text);
    else out.talk(text.trimEnd());
    return isHelp || isTop ? EXIT.ok : EXIT.usage;
  }
  if (isHelp) {
    out.raw(commandHelp(found.command));
    return EXIT.ok;
  }
  return execute(found.command, all.without(found.command.path.length), out);
}

/** Options without a command: a wrong one is told, the known ones lead to the help. */
function refuseLooseOptions(argv: readonly string[]): void {
  const nothing: Command = {
    path: [],
    action: null,
    unrecorded: "It only reads the command line.",
    summary: "",
    positionals: [],
    options: {},
    examples: [],
    run: async () => EXIT.ok,
  };
  parseCommandLine(nothing, argv);
}

async function execute(command: Command, argv: readonly string[], out: Output): Promise<number> {
  const parsed = parseCommandLine(command, argv);
  const interrupt = new AbortController();
  const call = liveCall(command, parsed, out, interrupt.signal);
  const interrupted = Promise.withResolvers<never>();
  interrupted.promise.catch(() => undefined);
  let signals = 0;
  const onSignal = () => {
    signals += 1;
    interrupt.abort();
    if (signals > 1) process.exit(EXIT.interrupted);
    if (call.isEndingItself()) out.say("Ending what is at hand; Ctrl-C again leaves at once.");
    else
      interrupted.reject(
        cliError("cli.interrupted", {
          cure: command.onInterrupt ?? "Nothing was left half done; run it again.",
        }),
      );
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, onSignal);
  try {
    return (await Promise.race([command.run(call), interrupted.promise])) ?? EXIT.ok;
  } catch (failure) {
    call.hasFailed();
    throw failure;
  } finally {
    await Promise.race([
      call.close(),
      new Promise((resolve) => setTimeout(resolve, CLOSE_TIMEOUT_MS).unref()),
    ]);
  }
}

/** Whoever read our output has seen enough, such as `| head`. */
function ignoreBrokenPipe(error: Error): void {
  if ((error as { code?: string }).code !== "EPIPE") throw error;
}

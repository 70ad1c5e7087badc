import type { Call } from "./command.ts";
import { cliError } from "./errors.ts";

/**
 * Asks before something that cannot be undone; `--yes` has answered already.
 *
 * @param what would be done, for who sits at no terminal
 * @param word to be typed in place of y; the question names it
 * @throws cli.confirmation_missing, cli.not_confirmed
 */
export async function confirm(
  { globals, ask }: Pick<Call, "globals" | "ask">,
  question: string,
  what: string,
  word?: string,
): Promise<void> {
  if (globals.yes) return;
  const answer = await ask(word === undefined ? `${question} [y/N] ` : `${question}: `);
  if (answer === undefined) throw cliError("cli.confirmation_missing", { what, cure: "Add --yes." });
  const isYes = word === undefined ? /^y(es)?$/i.test(answer.trim()) : answer.trim() === word;
  if (!isYes) throw cliError("cli.not_confirmed");
}

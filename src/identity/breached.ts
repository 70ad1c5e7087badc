import { createHash } from "node:crypto";
import { COMMON_PASSWORDS } from "./common-passwords.ts";
import { BREACH_TIMEOUT_MS } from "./limits.ts";

/** Whether a password is on a list that guessers try first. */
export interface BreachList {
  has(password: string): Promise<boolean>;
}

/** The most common ones that are long enough to be chosen here; always asked. */
export const embeddedList: BreachList = {
  has: async (password) => COMMON_PASSWORDS.has(password.toLowerCase().replace(/[\s_-]+/g, "")),
};

/**
 * A list behind the range API of Have I Been Pwned: the first five digits of the SHA-1 go out, all suffixes with that
 * beginning come back, padded, so the list learns neither the password nor which of hundreds it was. When it does not
 * answer, it knows none: signing up must not depend on it.
 *
 * @param base Such as `https://api.pwnedpasswords.com/range/`.
 */
export function rangeList(base: string, get: typeof fetch = fetch): BreachList {
  return {
    has: async (password) => {
      const digest = createHash("sha1").update(password, "utf8").digest("hex").toUpperCase();
      const [prefix, suffix] = [digest.slice(0, 5), digest.slice(5)];
      try {
        const answer = await get(new URL(prefix, base), {
          headers: { "add-padding": "true" },
          redirect: "error",
          signal: AbortSignal.timeout(BREACH_TIMEOUT_MS),
        });
        if (!answer.ok) return false;
        const lines = (await answer.text()).split(/\r?\n/);
        // Padding has a count of 0.
        return lines.some((line) => line.startsWith(`${suffix}:`) && !/:0+$/.test(line));
      } catch {
        return false;
      }
    },
  };
}

/** On any of them. */
export function anyList(lists: readonly BreachList[]): BreachList {
  return {
    has: async (password) => {
      for (const list of lists) if (await list.has(password)) return true;
      return false;
    },
  };
}

/** The embedded list, and the one at this address if there is one. */
export function breachListAt(url: string | undefined): BreachList {
  return url === undefined ? embeddedList : anyList([embeddedList, rangeList(url)]);
}

import { availableParallelism } from "node:os";
import { hash, parseOptions, verify } from "@node-rs/argon2";
import { identityError } from "./errors.ts";
import { ARGON2, HASH_QUEUE_MAX } from "./limits.ts";

/**
 * argon2id, some at a time: each hash takes 19 MiB and some ms of a core, so a storm of sign-ins must queue, or it
 * takes the machine from everybody else. Throws sign_in.busy when the queue is full.
 */
export class HashQueue {
  readonly #slots = Math.max(1, availableParallelism() - 1);
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #dummy: Promise<string> | undefined;

  hash(password: string): Promise<string> {
    return this.#run(() => hash(password, ARGON2));
  }

  /** Null is a user without a password, or none at all: the work is the same, and the answer is no. */
  async verify(hashed: string | null, password: string): Promise<boolean> {
    this.#dummy ??= this.hash("nobody has this password");
    const against = hashed ?? (await this.#dummy);
    const isRight = await this.#run(() => verify(against, password));
    return isRight && hashed !== null;
  }

  /** Made with other parameters than today's. */
  static isOld(hashed: string): boolean {
    const { memoryCost, timeCost, parallelism } = parseOptions(hashed);
    return (
      memoryCost !== ARGON2.memoryCost || timeCost !== ARGON2.timeCost || parallelism !== ARGON2.parallelism
    );
  }

  async #run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#slots) {
      if (this.#waiting.length >= HASH_QUEUE_MAX) throw identityError("sign_in.busy");
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running += 1;
    }
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      // The slot goes on to the next in line, or becomes free.
      if (next) next();
      else this.#running -= 1;
    }
  }
}

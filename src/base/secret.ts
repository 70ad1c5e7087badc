import { inspect } from "node:util";

const MASK = "[secret]";

/**
 * A value that must not reach a log, a message or an answer: however it is printed, it prints as `[secret]`.
 *
 * @example
 * const key = new Secret("hunter2");
 * `${key}`; // "[secret]"
 * key.reveal(); // "hunter2"
 */
export class Secret<T> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  /** The value itself. Each call is a place to look at in a review. */
  reveal(): T {
    return this.#value;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [Symbol.toPrimitive](): string {
    return MASK;
  }

  [inspect.custom](): string {
    return MASK;
  }
}

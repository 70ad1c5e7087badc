import { fault } from "./fault.ts";
import type { Long, Value } from "./value.ts";

const MAX = 2n ** 63n - 1n;
const MIN = -(2n ** 63n);

export function isLong(value: Value): value is Long {
  return typeof value === "number" || typeof value === "bigint";
}

/** The Long of an exact integer. Faults outside of 64 bits. */
export function toLong(exact: bigint): Long {
  if (exact > MAX || exact < MIN) return fault("integer overflow");
  const near = Number(exact);
  return Number.isSafeInteger(near) ? near : exact;
}

/** Undefined when the digits are no 64-bit integer. */
export function readLong(digits: string): Long | undefined {
  if (!/^-?\d{1,400}$/.test(digits)) return undefined;
  const exact = BigInt(digits);
  return exact > MAX || exact < MIN ? undefined : toLong(exact);
}

export function add(a: Long, b: Long): Long {
  if (typeof a === "number" && typeof b === "number") {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return toLong(BigInt(a) + BigInt(b));
}

export function subtract(a: Long, b: Long): Long {
  if (typeof a === "number" && typeof b === "number") {
    const difference = a - b;
    if (Number.isSafeInteger(difference)) return difference;
  }
  return toLong(BigInt(a) - BigInt(b));
}

export function multiply(a: Long, b: Long): Long {
  if (typeof a === "number" && typeof b === "number") {
    const product = a * b;
    if (Number.isSafeInteger(product)) return product + 0; // no -0
  }
  return toLong(BigInt(a) * BigInt(b));
}

export function negate(a: Long): Long {
  return typeof a === "number" ? 0 - a : toLong(-a);
}

/** Rounds toward zero. */
export function divide(a: Long, by: number): Long {
  return typeof a === "number" ? Math.trunc(a / by) + 0 : toLong(a / BigInt(by));
}

/** The remainder that is never negative. */
export function modulo(a: Long, by: number): number {
  if (typeof a === "number") return ((a % by) + by) % by;
  const size = BigInt(by);
  return Number(((a % size) + size) % size);
}

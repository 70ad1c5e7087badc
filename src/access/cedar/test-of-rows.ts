import type { RowCondition } from "../../db/row-filter.ts";
import { all, any, FALSE, not, TRUE } from "./row-condition.ts";

/** True where `yes` holds, false where `no` does, and a fault elsewhere. */
export interface Test {
  readonly kind: "test";
  readonly yes: RowCondition;
  readonly no: RowCondition;
  /** There is no elsewhere. */
  readonly isTotal: boolean;
}

/** `a && b`: what follows a false one is not looked at. */
export function and(a: Test, b: Test): Test {
  return {
    kind: "test",
    yes: all([a.yes, b.yes]),
    no: any([a.no, a.isTotal ? b.no : all([a.yes, b.no])]),
    isTotal: a.isTotal && b.isTotal,
  };
}

export function negated({ yes, no, isTotal }: Test): Test {
  return { kind: "test", yes: no, no: yes, isTotal };
}

export function known(value: boolean): Test {
  return { kind: "test", yes: value ? TRUE : FALSE, no: value ? FALSE : TRUE, isTotal: true };
}

export function faulty(): Test {
  return { kind: "test", yes: FALSE, no: FALSE, isTotal: false };
}

export function total(yes: RowCondition): Test {
  return { kind: "test", yes, no: not(yes), isTotal: true };
}

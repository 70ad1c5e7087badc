import type { SignInStep } from "../../api/types.ts";

let waiting: SignInStep | null = null;

/** A link in the address is used before there is a page: what is still needed waits for the page here. Null: no more. */
export function keepWaitingStep(step: SignInStep | null): void {
  waiting = step;
}

export function waitingStep(): SignInStep | null {
  return waiting;
}

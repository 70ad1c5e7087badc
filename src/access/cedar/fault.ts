/**
 * An error while a policy is evaluated: a missing attribute, a wrong type, an overflow. The policy is skipped and the
 * error reported. No Error, since a stack trace would cost more than a hundred decisions.
 */
export class EvaluationFault {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

export function fault(message: string): never {
  throw new EvaluationFault(message);
}

export function isFault(thrown: unknown): thrown is EvaluationFault {
  return thrown instanceof EvaluationFault;
}

/** Refusals of somebody whose session is good, but not strong or fresh enough. */
const STEP_UPS = new Set([
  "session.mfa_required",
  "session.staff_mfa_required",
  "session.step_up",
  "access.step_up",
]);

/**
 * The WWW-Authenticate header of a refusal (RFC 6750, section 3; RFC 9470, section 3); undefined where none belongs.
 * `maxAgeS` of the details tells how old the second factor may be.
 */
export function challengeOf(failure: {
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;
}): string | undefined {
  const { code, details } = failure;
  if (code === "session.required") return 'Bearer realm="tenancy"';
  if (!STEP_UPS.has(code)) return undefined;
  const { maxAgeS } = details;
  const age = typeof maxAgeS === "number" ? `, max_age="${maxAgeS}"` : "";
  return `Bearer realm="tenancy", error="insufficient_user_authentication", acr_values="mfa"${age}`;
}

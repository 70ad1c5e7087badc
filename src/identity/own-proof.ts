import type { PersonPrincipal } from "./principal.ts";

/** Second factors that are the person's own here, as `amr` has them; what a provider used is its word. */
const OWN_SECOND = ["otp", "hwk", "swk", "recovery"];
const FROM_PROVIDER = "sso";
const MARK = "sso:";

/**
 * The connections whose word a session rests on; null: the person proved themselves to us in it, by this or first. A
 * provider is believed in its own tenant. The account is the person's: it opens other tenants too.
 */
export function wordOfProvider({ amr }: Pick<PersonPrincipal, "amr">): readonly string[] | null {
  if (!amr.includes(FROM_PROVIDER)) return null;
  if (hasOwnFactor(amr, false)) return null;
  return amr.filter((method) => method.startsWith(MARK));
}

/** A factor of the person's own was used in the session. @param isSecond The password is not enough. */
export function hasOwnFactor(amr: readonly string[], isSecond: boolean): boolean {
  return amr.some((method) => OWN_SECOND.includes(method) || (!isSecond && method === "pwd"));
}

/** Whether a session began at a provider. */
export function isFromProvider({ amr }: Pick<PersonPrincipal, "amr">): boolean {
  return amr.includes(FROM_PROVIDER);
}

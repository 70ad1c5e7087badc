import type { Factors } from "../../api/types.ts";
import type { SecondFactor } from "../sign-in/SecondFactorStep.tsx";

/** What somebody can prove a second factor with, best first; recovery codes alone are none. */
export function knownFactors({ passkeys, totpSince, recoveryCodesLeft }: Factors): SecondFactor[] {
  const known: SecondFactor[] = [];
  if (passkeys.length > 0) known.push("passkey");
  if (totpSince !== null) known.push("totp");
  if (known.length > 0 && recoveryCodesLeft > 0) known.push("recovery_code");
  return known;
}

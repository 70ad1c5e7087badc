import type { SsoConnection } from "../../api/types.ts";
import { useForbidden, useOwnersOnly } from "../../shell/here.ts";

/** Why what a connection says may not be changed, or false. One that is on signs owners in, too. */
export function useForbiddenChange({ status }: SsoConnection): string | false {
  const forbidden = useForbidden()("sso.manage");
  const ownersOnly = useOwnersOnly();
  return forbidden || (status === "active" && ownersOnly);
}

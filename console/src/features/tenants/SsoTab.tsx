import { SsoPanels } from "../sso/SsoPanels.tsx";
import { TenantHere } from "./TenantHere.tsx";
import { useTenant } from "./use-tenant.ts";

/** The operators' view of how a tenant signs in. */
export function SsoTab() {
  return (
    <TenantHere tenant={useTenant()}>
      <SsoPanels />
    </TenantHere>
  );
}

import { ScimPanels } from "../scim/ScimPanels.tsx";
import { SsoPanels } from "../sso/SsoPanels.tsx";
import { TenantHere } from "./TenantHere.tsx";
import { useTenant } from "./use-tenant.ts";

/** The operators' view of how a tenant's people sign in, and of the directory that brings them. */
export function SsoTab() {
  return (
    <TenantHere tenant={useTenant()}>
      <div className="stack-wide">
        <SsoPanels />
        <ScimPanels />
      </div>
    </TenantHere>
  );
}

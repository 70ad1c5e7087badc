import { RolesPanel } from "../access/RolesPanel.tsx";
import { TryPanel } from "../access/TryPanel.tsx";
import { TenantHere } from "./TenantHere.tsx";
import { useTenant } from "./use-tenant.ts";

/** Who may do what in the tenant, and why. */
export function AccessTab() {
  return (
    <TenantHere tenant={useTenant()}>
      <div className="stack-wide">
        <RolesPanel />
        <TryPanel />
      </div>
    </TenantHere>
  );
}

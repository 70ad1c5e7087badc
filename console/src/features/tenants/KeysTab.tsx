import { useMessages } from "../../messages/LocaleProvider.tsx";
import { TenantColumnsPanel } from "../encryption/ColumnsPanel.tsx";
import { KeysPanel } from "../encryption/KeysPanel.tsx";
import { isAllowed } from "./allowed-acts.ts";
import { useTenant } from "./use-tenant.ts";

export function KeysTab() {
  const tenant = useTenant();
  const { acts, statuses } = useMessages().tenants;
  const named = { id: tenant.id, slug: tenant.slug ?? tenant.id, name: tenant.name };
  return (
    <div className="stack-wide">
      <KeysPanel
        tenant={named}
        rotateReason={!isAllowed("change", tenant) && acts.notWhile(statuses[tenant.status])}
      />
      <TenantColumnsPanel tenant={named} />
    </div>
  );
}

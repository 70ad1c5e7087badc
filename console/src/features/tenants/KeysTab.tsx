import { useMessages } from "../../messages/LocaleProvider.tsx";
import { KeysPanel } from "../encryption/KeysPanel.tsx";
import { isAllowed } from "./allowed-acts.ts";
import { useTenant } from "./use-tenant.ts";

export function KeysTab() {
  const tenant = useTenant();
  const { acts, statuses } = useMessages().tenants;
  return (
    <KeysPanel
      tenant={{ id: tenant.id, slug: tenant.slug ?? tenant.id, name: tenant.name }}
      rotateReason={!isAllowed("change", tenant) && acts.notWhile(statuses[tenant.status])}
    />
  );
}

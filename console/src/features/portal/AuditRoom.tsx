import { useForbidden, useHere } from "../../shell/here.ts";
import { AuditExplorer } from "../audit/AuditExplorer.tsx";

/** A tenant's own log, for its own people. */
export function AuditRoom() {
  const { tenant } = useHere();
  const forbidden = useForbidden();
  return (
    <AuditExplorer
      tenantId={tenant.id}
      exportReason={forbidden("audit.export")}
      manageReason={forbidden("audit.manage")}
    />
  );
}

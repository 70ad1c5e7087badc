import { AuditExplorer } from "./AuditExplorer.tsx";

/** The whole platform's log, for operators: what they may not, the server refuses by their role. */
export function AuditPage() {
  return <AuditExplorer tenantId={null} exportReason={false} manageReason={false} />;
}

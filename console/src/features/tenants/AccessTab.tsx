import { useQuery } from "@tanstack/react-query";
import { HereProvider } from "../../shell/here.ts";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { myAccessQuery } from "../access/queries.ts";
import { RolesPanel } from "../access/RolesPanel.tsx";
import { TryPanel } from "../access/TryPanel.tsx";
import { useTenant } from "./use-tenant.ts";

/** Who may do what in the tenant, and why. What the operator may change here, the tenant's policies say. */
export function AccessTab() {
  const { id, slug, name } = useTenant();
  const mine = useQuery(myAccessQuery(id));
  if (mine.isError) return <ProblemNote error={mine.error} onRetry={() => mine.refetch()} />;
  return (
    <HereProvider
      value={{
        tenant: { id, slug: slug ?? id, name },
        permissions: new Set<string>(mine.data?.permissions ?? []),
      }}
    >
      <div className="stack-wide">
        <RolesPanel />
        <TryPanel />
      </div>
    </HereProvider>
  );
}

import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Tenant } from "../../api/types.ts";
import { HereProvider } from "../../shell/here.ts";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { myAccessQuery } from "../access/queries.ts";

interface TenantHereProps {
  readonly tenant: Tenant;
  readonly children: ReactNode;
}

/** A tenant's rooms for an operator. What they may change there, the tenant's policies say. */
export function TenantHere({ tenant: { id, slug, name }, children }: TenantHereProps) {
  const mine = useQuery(myAccessQuery(id));
  if (mine.isError) return <ProblemNote error={mine.error} onRetry={() => mine.refetch()} />;
  return (
    <HereProvider
      value={{
        tenant: { id, slug: slug ?? id, name },
        permissions: new Set<string>(mine.data?.permissions ?? []),
        hasAllOfOwner: mine.data?.hasAllOfOwner ?? false,
      }}
    >
      {children}
    </HereProvider>
  );
}

import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useParams } from "@tanstack/react-router";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Bone } from "../../ui/Bone.tsx";
import { tenantQuery } from "./queries.ts";
import { TenantHere } from "./TenantHere.tsx";

/** An operator sets a provider up for a tenant, whose name leads back to it. */
export function SsoSetUpFrame() {
  const params: Record<string, string | undefined> = useParams({ strict: false });
  const tenantId = params["tenantId"] ?? "";
  const tenant = useQuery(tenantQuery(tenantId));
  if (tenant.isError) return <ProblemNote error={tenant.error} onRetry={() => tenant.refetch()} />;
  if (!tenant.data) return <Bone width="160px" />;
  return (
    <TenantHere tenant={tenant.data}>
      <p>
        <Link to="/tenants/$tenantId/sso" params={{ tenantId }}>
          {tenant.data.name}
        </Link>
      </p>
      <Outlet />
    </TenantHere>
  );
}

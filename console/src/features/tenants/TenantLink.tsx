import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { rowsPerPage } from "../../api/limits.ts";
import { sessionQuery } from "../session/queries.ts";
import { tenantsQuery } from "./queries.ts";

/** Names change seldom. */
const NAMES_STALE_MS = 300_000;

interface TenantLinkProps {
  readonly tenantId: string;
  /** Where the caller knows it. */
  readonly name?: string | undefined;
  readonly to?: "/tenants/$tenantId" | "/tenants/$tenantId/isolation";
}

/** A tenant that staff can open, by name; by the end of its id where it is not among the first of the list. */
export function TenantLink({ tenantId, name, to = "/tenants/$tenantId" }: TenantLinkProps) {
  const mayList = useQuery({ ...sessionQuery, enabled: false }).data?.permissions.includes("tenants.list");
  const listed = useQuery({
    ...tenantsQuery({ limit: rowsPerPage }),
    enabled: name === undefined && mayList === true,
    staleTime: NAMES_STALE_MS,
  }).data?.items.find(({ id }) => id === tenantId);
  const known = name ?? listed?.name;
  return (
    <Link to={to} params={{ tenantId }} title={tenantId} className={known === undefined ? "mono nowrap" : ""}>
      {known ?? `…${tenantId.slice(-8)}`}
    </Link>
  );
}

import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import type { Tenant } from "../../api/types.ts";
import { tenantQuery } from "./queries.ts";

/** The tenant of the page. The layout above draws loading and failure, so below it the tenant is there. */
export function useTenant(): Tenant {
  const { tenantId = "" } = useParams({ strict: false });
  const { data } = useQuery(tenantQuery(tenantId));
  if (!data) throw new Error("useTenant is called outside TenantLayout");
  return data;
}

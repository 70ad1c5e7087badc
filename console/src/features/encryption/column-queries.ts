import { getQuery } from "../../api/get-query.ts";
import type { SealedColumnList, TenantColumnList } from "../../api/types.ts";

export const columnsQuery = getQuery<SealedColumnList>("/v1/encryption/columns");

export function tenantColumnsQuery(tenantId: string) {
  return getQuery<TenantColumnList>(`/v1/tenants/${tenantId}/keys/columns`);
}

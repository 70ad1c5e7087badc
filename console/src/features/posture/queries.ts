import { getQuery } from "../../api/get-query.ts";
import type { Posture } from "../../api/types.ts";

/** Of a tenant; null: of the platform. */
export function postureQuery(tenantId: string | null) {
  return getQuery<Posture>(tenantId === null ? "/v1/posture" : `/v1/tenants/${tenantId}/posture`);
}

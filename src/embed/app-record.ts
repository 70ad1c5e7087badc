import type { Asked, RecordInput } from "../audit/body.ts";
import { outcomeOf } from "../gate/denial.ts";

/** The record of a request to an app. */
export function appRecord(request: {
  readonly by: { readonly actor: string; readonly onBehalfOf?: string };
  readonly ip: string | undefined;
  readonly requestId: string | undefined;
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly tenantId: string | null;
  readonly asked: Asked | undefined;
}): Omit<RecordInput, "boot" | "number"> {
  const { ip, requestId, method, route, status, tenantId, asked } = request;
  return {
    kind: "request",
    action: "app.request",
    by: {
      ...request.by,
      ...(ip === undefined ? {} : { ip }),
      ...(requestId === undefined ? {} : { requestId }),
      ...(asked ? { asked } : {}),
    },
    outcome: outcomeOf(status),
    tenantId,
    resource: `${method} ${route}`,
    detail: { status },
  };
}

import { readEvents } from "../../audit/record.ts";
import { toApiEvent } from "../api-tenant.ts";
import { readPage } from "../page.ts";
import { route } from "../route.ts";
import { AuditEventPage, AuditEventQuery } from "../schemas/tenants.ts";

export const eventRoutes = [
  route({
    method: "GET",
    url: "/v1/events",
    tag: "Audit trail",
    permission: "events.read",
    action: "event.read",
    summary: "List what was done, by whom, newest first",
    description: "The trail outlives the tenants that it is about.",
    query: AuditEventQuery,
    answer: AuditEventPage,
    handle: async ({ house, query }) => {
      const { limit, cursor, ...filters } = query;
      const { rows, nextCursor } = await readPage(house, {
        list: "events",
        query: { limit, cursor },
        filters,
        read: (rowsMax, beforeId: string | undefined) =>
          readEvents(house.tenancy.internals.control, { ...filters, limit: rowsMax, beforeId }),
        positionOf: (event) => event.id,
      });
      return { items: rows.map(toApiEvent), nextCursor };
    },
  }),
];

import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { getQuery } from "../../api/get-query.ts";
import type { AuditEventPage } from "../../api/types.ts";
import { textOf } from "../../url/search.ts";

export interface ActivitySearch {
  readonly tenantId?: string;
  readonly action?: string;
  readonly actor?: string;
  readonly cursor?: string;
}

export function parseActivitySearch(raw: Readonly<Record<string, unknown>>): ActivitySearch {
  return {
    tenantId: textOf(raw["tenantId"], 36),
    action: textOf(raw["action"], 100),
    actor: textOf(raw["actor"], 200),
    cursor: textOf(raw["cursor"]),
  };
}

export function eventsQuery(search: ActivitySearch, limit: number) {
  return queryOptions({
    ...getQuery<AuditEventPage>("/v1/events", { ...search, limit }),
    placeholderData: keepPreviousData,
  });
}

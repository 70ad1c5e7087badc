import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { rowsPerPage } from "../../api/limits.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { Paging } from "../../shell/Paging.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Blank } from "../../ui/Blank.tsx";
import { EventsTable } from "../activity/EventsTable.tsx";
import { tenantEventsQuery } from "./queries.ts";
import { useTenant } from "./use-tenant.ts";

export function ActivityTab() {
  const tenant = useTenant();
  const { activity } = useMessages();
  const { cursor }: { cursor?: string } = useSearch({ strict: false });
  const navigate = useNavigate();
  const events = useQuery(tenantEventsQuery(tenant.id, cursor, rowsPerPage));
  return (
    <EventsTable
      events={events.data?.items}
      hasTenantColumn={false}
      isStale={events.isPlaceholderData}
      problem={events.isError && <ProblemNote error={events.error} onRetry={() => events.refetch()} />}
      blank={<Blank title={activity.none.title}>{activity.none.body}</Blank>}
      footer={
        events.data && (
          <Paging
            shown={events.data.items.length}
            cursor={cursor}
            nextCursor={events.data.nextCursor}
            onGo={(next) => navigate({ to: ".", search: { cursor: next } })}
          />
        )
      }
    />
  );
}

import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { queryString } from "../../api/client.ts";
import { rowsPerPage } from "../../api/limits.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ApiAndCli } from "../../shell/ApiAndCli.tsx";
import { curl, manage } from "../../shell/equivalents.ts";
import { PageHeading } from "../../shell/PageHeading.tsx";
import { Paging } from "../../shell/Paging.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Blank } from "../../ui/Blank.tsx";
import { Button } from "../../ui/Button.tsx";
import { TextField } from "../../ui/fields.tsx";
import { EventsTable } from "./EventsTable.tsx";
import { type ActivitySearch, eventsQuery, parseActivitySearch } from "./queries.ts";

export function ActivityPage() {
  const { activity, general } = useMessages();
  const search = parseActivitySearch(useSearch({ strict: false }));
  const { cursor, ...filters } = search;
  const navigate = useNavigate();
  const events = useQuery(eventsQuery(search, rowsPerPage));
  const isFiltered = Object.values(filters).some(Boolean);
  const show = (next: ActivitySearch) => navigate({ to: "/activity", search: next });
  return (
    <>
      <PageHeading
        title={activity.title}
        actions={
          <ApiAndCli
            calls={{
              cli: manage("events", {
                tenant: filters.tenantId,
                action: filters.action,
                actor: filters.actor,
              }),
              api: curl("GET", `/v1/events${queryString({ ...filters })}`),
            }}
          />
        }
      />
      <ActivityFilters
        key={JSON.stringify(filters)}
        filters={filters}
        onApply={show}
        isFiltered={isFiltered}
      />
      <EventsTable
        events={events.data?.items}
        hasTenantColumn
        isStale={events.isPlaceholderData}
        problem={events.isError && <ProblemNote error={events.error} onRetry={() => events.refetch()} />}
        blank={
          isFiltered || cursor ? (
            <Blank
              title={general.noMatch}
              action={<Button onClick={() => show({})}>{general.clearFilters}</Button>}
            />
          ) : (
            <Blank title={activity.none.title}>{activity.none.body}</Blank>
          )
        }
        footer={
          events.data && (
            <Paging
              shown={events.data.items.length}
              cursor={cursor}
              nextCursor={events.data.nextCursor}
              onGo={(next) => show({ ...filters, cursor: next })}
            />
          )
        }
      />
    </>
  );
}

interface ActivityFiltersProps {
  readonly filters: ActivitySearch;
  readonly isFiltered: boolean;
  readonly onApply: (filters: ActivitySearch) => void;
}

/** Exact values, so they apply on Enter: half an action or an ID would match nothing. */
function ActivityFilters({ filters, isFiltered, onApply }: ActivityFiltersProps) {
  const { activity, general } = useMessages();
  const [draft, setDraft] = useState(filters);
  function submit(event: FormEvent) {
    event.preventDefault();
    onApply(parseActivitySearch({ ...draft }));
  }
  return (
    <search>
      <form className="filters" onSubmit={submit}>
        <TextField
          label={activity.filterTenant}
          isLabelHidden
          type="search"
          placeholder={activity.filterTenant}
          value={draft.tenantId ?? ""}
          onChange={(tenantId) => setDraft({ ...draft, tenantId })}
        />
        <TextField
          label={activity.filterAction}
          isLabelHidden
          placeholder={activity.actionPlaceholder}
          value={draft.action ?? ""}
          onChange={(action) => setDraft({ ...draft, action })}
        />
        <TextField
          label={activity.filterActor}
          isLabelHidden
          placeholder={activity.actorPlaceholder}
          value={draft.actor ?? ""}
          onChange={(actor) => setDraft({ ...draft, actor })}
        />
        <Button type="submit">{activity.apply}</Button>
        {isFiltered && (
          <Button look="bare" onClick={() => onApply({})}>
            {general.clearFilters}
          </Button>
        )}
      </form>
    </search>
  );
}

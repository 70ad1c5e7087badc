import { useQuery } from "@tanstack/react-query";
import { useNavigate, useRouter, useSearch } from "@tanstack/react-router";
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
import { DataTable } from "../../ui/DataTable.tsx";
import { useForbiddenToStaff } from "../session/use-forbidden-to-staff.ts";
import { tenantsQuery } from "./queries.ts";
import { TenantFilters } from "./TenantFilters.tsx";
import { changeTenantsSearch, isFiltered, parseTenantsSearch, type TenantsSearch } from "./tenants-search.ts";
import { useTenantColumns } from "./use-tenant-columns.tsx";

export function TenantsPage() {
  const { tenants, general } = useMessages();
  const search = parseTenantsSearch(useSearch({ strict: false }));
  const navigate = useNavigate();
  const forbidden = useForbiddenToStaff();
  const router = useRouter();
  const page = useQuery(tenantsQuery({ ...search, limit: rowsPerPage }));

  const show = (change: Partial<TenantsSearch>, replace = false) => {
    // The search field follows typing with a delay: by then the reader may be on the way to another page.
    if (router.latestLocation.pathname !== "/tenants") return;
    void navigate({ to: "/tenants", search: changeTenantsSearch(search, change), replace });
  };
  const columns = useTenantColumns(search, (sort) => show({ sort }));
  const create = (
    <Button
      look="primary"
      disabledReason={forbidden("tenants.create")}
      onClick={() => navigate({ to: "/tenants/new" })}
    >
      {tenants.create}
    </Button>
  );

  return (
    <>
      <PageHeading
        title={tenants.title}
        actions={
          <>
            <ApiAndCli calls={listCalls(search)} />
            {create}
          </>
        }
      />
      <TenantFilters search={search} onChange={show} />
      <DataTable
        caption={tenants.title}
        columns={columns}
        rows={page.data?.items}
        rowKey={(tenant) => tenant.id}
        isStale={page.isPlaceholderData}
        problem={page.isError && <ProblemNote error={page.error} onRetry={() => page.refetch()} />}
        blank={
          isFiltered(search) || search.cursor ? (
            <Blank
              title={general.noMatch}
              action={
                <Button onClick={() => navigate({ to: "/tenants", search: {} })}>
                  {general.clearFilters}
                </Button>
              }
            />
          ) : (
            <Blank title={tenants.none.title} action={create}>
              {tenants.none.body}
            </Blank>
          )
        }
        footer={
          page.data && (
            <Paging
              shown={page.data.items.length}
              cursor={search.cursor}
              nextCursor={page.data.nextCursor}
              onGo={(cursor) => show({ cursor })}
            />
          )
        }
      />
    </>
  );
}

function listCalls(search: TenantsSearch) {
  const { cursor: _, q, ...filters } = search;
  return {
    cli: manage("tenant list", { q, ...filters }),
    api: curl("GET", `/v1/tenants${queryString({ q, ...filters })}`),
  };
}

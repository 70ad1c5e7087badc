import { useQuery } from "@tanstack/react-query";
import type { Drift } from "../../api/types.ts";
import { useFormats, useMessages } from "../../messages/LocaleProvider.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Blank } from "../../ui/Blank.tsx";
import { Button } from "../../ui/Button.tsx";
import { CopyButton } from "../../ui/Copyable.tsx";
import { type Column, DataTable } from "../../ui/DataTable.tsx";
import { useNowMs } from "../../ui/now.ts";
import { TenantLink } from "../tenants/TenantLink.tsx";
import { driftQuery } from "./queries.ts";

type Drifted = Drift["drifted"][number];

export function DriftTab() {
  const { drift: text } = useMessages().migrations;
  const formats = useFormats();
  const nowMs = useNowMs();
  const drift = useQuery(driftQuery);
  const { data } = drift;
  const isNothingCompared = data?.checked === 0;
  return (
    <>
      <p className="prose">{text.intro}</p>
      {data && (
        <div className="row">
          <span>{text.checked(data.checked, formats.relative(data.checkedAt, nowMs))}</span>
          {data.checked > 0 && (
            <span className="copyable quiet">
              {text.expected} <span className="mono">{data.expected.slice(0, 10)}</span>
              <CopyButton text={data.expected} what={text.expected} />
            </span>
          )}
          <Button isBusy={drift.isFetching} onClick={() => drift.refetch()}>
            {text.again}
          </Button>
        </div>
      )}
      <DataTable
        caption={text.differences}
        columns={useDriftColumns()}
        rows={data?.drifted}
        rowKey={(one) => one.place}
        problem={drift.isError && <ProblemNote error={drift.error} onRetry={() => drift.refetch()} />}
        blank={
          <Blank title={isNothingCompared ? text.noPlaces.title : text.clean.title}>
            {isNothingCompared ? text.noPlaces.body : text.clean.body}
          </Blank>
        }
      />
    </>
  );
}

function useDriftColumns(): Column<Drifted>[] {
  const { drift: text } = useMessages().migrations;
  return [
    { key: "place", header: text.place, cell: ({ place }) => <span className="mono nowrap">{place}</span> },
    {
      key: "tenant",
      header: text.tenant,
      cell: ({ tenantId, slug }) => tenantId && <TenantLink tenantId={tenantId} name={slug ?? undefined} />,
    },
    {
      key: "differences",
      header: text.differences,
      cell: ({ differences }) => (
        <ul>
          {differences.map((difference) => (
            <li key={difference}>{difference}</li>
          ))}
        </ul>
      ),
    },
    {
      key: "hash",
      header: text.hash,
      isSecondary: true,
      cell: ({ hash }) => (
        <span className="mono quiet" title={hash}>
          {hash.slice(0, 10)}
        </span>
      ),
    },
  ];
}

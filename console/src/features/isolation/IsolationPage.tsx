import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { rowsPerPage } from "../../api/limits.ts";
import type { Proof } from "../../api/types.ts";
import { useFormats, useMessages } from "../../messages/LocaleProvider.tsx";
import { ApiAndCli } from "../../shell/ApiAndCli.tsx";
import { curl, manage } from "../../shell/equivalents.ts";
import { PageHeading } from "../../shell/PageHeading.tsx";
import { Paging } from "../../shell/Paging.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Blank } from "../../ui/Blank.tsx";
import { CopyButton } from "../../ui/Copyable.tsx";
import { type Column, DataTable } from "../../ui/DataTable.tsx";
import { Facts } from "../../ui/Facts.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Time } from "../../ui/Time.tsx";
import { TenantLink } from "../tenants/TenantLink.tsx";
import { ProofMark } from "./ProofMark.tsx";
import { proofsQuery } from "./queries.ts";
import { RunProofButton } from "./RunProofButton.tsx";

export function IsolationPage() {
  const { isolation } = useMessages();
  const { cursor }: { cursor?: string } = useSearch({ strict: false });
  const navigate = useNavigate();
  const proofs = useQuery(proofsQuery(cursor, rowsPerPage));
  const isRunning = proofs.data?.items.some(
    ({ status, tenantId }) => status === "running" && tenantId === null,
  );
  const run = (
    <RunProofButton
      disabledReason={isRunning && isolation.running}
      onStarted={(proof) => navigate({ to: "/isolation/$proofId", params: { proofId: proof.id } })}
    />
  );
  return (
    <>
      <PageHeading
        title={isolation.title}
        actions={
          <>
            <ApiAndCli calls={{ cli: manage("verify isolation"), api: curl("POST", "/v1/proofs", {}) }} />
            {run}
          </>
        }
      />
      <p className="prose">{isolation.intro}</p>
      <Panel title={isolation.proofs}>
        <DataTable
          caption={isolation.proofs}
          columns={useProofColumns()}
          rows={proofs.data?.items}
          rowKey={(proof) => proof.id}
          isStale={proofs.isPlaceholderData}
          problem={proofs.isError && <ProblemNote error={proofs.error} onRetry={() => proofs.refetch()} />}
          blank={<Blank title={isolation.none.title}>{isolation.none.body}</Blank>}
          footer={
            proofs.data && (
              <Paging
                shown={proofs.data.items.length}
                cursor={cursor}
                nextCursor={proofs.data.nextCursor}
                onGo={(next) => navigate({ to: "/isolation", search: { cursor: next } })}
              />
            )
          }
        />
      </Panel>
      <Panel title={isolation.wallsTitle}>
        <div className="narrow">
          <Facts
            facts={Object.values(isolation.walls).map((wall) => ({ label: wall.name, value: wall.meaning }))}
          />
        </div>
      </Panel>
    </>
  );
}

function useProofColumns(): Column<Proof>[] {
  const { isolation, general } = useMessages();
  const formats = useFormats();
  const count = (key: keyof Proof["counts"], header: string, isSecondary = false): Column<Proof> => ({
    key,
    header,
    isNumber: true,
    isSecondary,
    cell: (proof) => formats.number(proof.counts[key]),
  });
  return [
    {
      key: "started",
      header: general.started,
      cell: (proof) => (
        <Link to="/isolation/$proofId" params={{ proofId: proof.id }} className="identity">
          <Time at={proof.startedAt} />
        </Link>
      ),
    },
    {
      key: "scope",
      header: isolation.scope,
      isSecondary: true,
      cell: ({ tenantId }) =>
        tenantId === null ? (
          isolation.sample
        ) : (
          <TenantLink tenantId={tenantId} to="/tenants/$tenantId/isolation" />
        ),
    },
    { key: "status", header: general.status, cell: (proof) => <ProofMark proof={proof} /> },
    count("tried", isolation.tried),
    count("refused", isolation.refused, true),
    count("nothing", isolation.nothing, true),
    count("crossed", isolation.crossed),
    {
      key: "id",
      header: general.id,
      isHeaderHidden: true,
      isNumber: true,
      isSecondary: true,
      cell: (proof) => <CopyButton text={proof.id} what={general.id} />,
    },
  ];
}

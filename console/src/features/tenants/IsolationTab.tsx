import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import type { Protection } from "../../api/types.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ApiAndCli } from "../../shell/ApiAndCli.tsx";
import { curl, manage } from "../../shell/equivalents.ts";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Blank } from "../../ui/Blank.tsx";
import { type Column, DataTable } from "../../ui/DataTable.tsx";
import { Facts } from "../../ui/Facts.tsx";
import { Mark } from "../../ui/Mark.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Time } from "../../ui/Time.tsx";
import { ProofMark } from "../isolation/ProofMark.tsx";
import { proofQuery } from "../isolation/queries.ts";
import { RunProofButton } from "../isolation/RunProofButton.tsx";
import { protectionQuery } from "./queries.ts";
import { useTenant } from "./use-tenant.ts";

type WallRow = Protection["walls"][number];

export function IsolationTab() {
  const tenant = useTenant();
  const { isolation, tenants } = useMessages();
  const navigate = useNavigate();
  const protection = useQuery(protectionQuery(tenant.id));
  const columns: Column<WallRow>[] = [
    {
      key: "wall",
      header: isolation.wall,
      cell: (wall) => <span className="identity">{isolation.walls[wall.key]?.name ?? wall.key}</span>,
    },
    {
      key: "holds",
      header: tenants.status,
      cell: (wall) => (
        <Mark tone={wall.holds ? "ok" : "danger"}>{wall.holds ? isolation.holds : isolation.broken}</Mark>
      ),
    },
    {
      key: "found",
      header: isolation.found,
      cell: (wall) => <span className="wrap-anywhere">{wall.detail}</span>,
    },
    {
      key: "meaning",
      header: isolation.meaning,
      isSecondary: true,
      cell: (wall) => <span className="quiet">{isolation.walls[wall.key]?.meaning}</span>,
    },
  ];
  return (
    <>
      <Panel
        title={isolation.lastProof}
        actions={
          <span className="row">
            <ApiAndCli
              calls={{
                cli: manage("verify isolation", { "tenant-id": tenant.id }),
                api: curl("POST", "/v1/proofs", { tenantId: tenant.id }),
              }}
            />
            <RunProofButton
              tenantId={tenant.id}
              disabledReason={
                tenant.status !== "active" && isolation.notActive(tenants.statuses[tenant.status])
              }
              onStarted={(proof) => navigate({ to: "/isolation/$proofId", params: { proofId: proof.id } })}
            />
          </span>
        }
      >
        {protection.data && <LastProof id={protection.data.lastProofId} />}
      </Panel>
      <Panel title={isolation.wallsOf}>
        <p className="quiet">{tenants.levelMeaning[tenant.level]}</p>
        <DataTable
          caption={isolation.wallsOf}
          columns={columns}
          rows={protection.data?.walls}
          rowKey={(wall) => wall.key}
          problem={
            protection.isError && (
              <ProblemNote error={protection.error} onRetry={() => protection.refetch()} />
            )
          }
          blank={<Blank title={isolation.noWalls} />}
        />
      </Panel>
    </>
  );
}

function LastProof({ id }: { id: string | null }) {
  const { isolation, general } = useMessages();
  const { data: proof } = useQuery({ ...proofQuery(id ?? ""), enabled: id !== null });
  if (id === null) return <p className="quiet">{isolation.noProofOfTenant}</p>;
  if (!proof) return null;
  return (
    <Facts
      facts={[
        {
          label: general.status,
          value: <ProofMark proof={proof} />,
          hint: isolation.statusMeaning[proof.status],
        },
        { label: general.started, value: <Time at={proof.startedAt} /> },
        {
          label: isolation.attempts,
          value: (
            <Link to="/isolation/$proofId" params={{ proofId: proof.id }}>
              {isolation.counts(proof.counts.tried)}
            </Link>
          ),
        },
      ]}
    />
  );
}
